/** Entry point: reads the environment, starts the SFU, and ends it in good order on SIGTERM and SIGINT. */

import { createHash } from 'node:crypto';

import pino from 'pino';

import { ConfigError, EX_CONFIG, loadConfig } from './config.js';
import { logMediasoup } from './media.js';
import { startSfu } from './sfu.js';

/** A room's code opens it, so the log has eight digits of its digest, the same that the bridge's log has. @param {unknown} room */
const digest = (room) => createHash('sha256').update(String(room)).digest('hex').slice(0, 8);
const out = pino.destination(1);
const log = pino({
  base: { process: 'sfu' },
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: { paths: ['room'], censor: digest },
}, out);
/** Milliseconds that the last lines of the log may take. */
const LAST_WORDS_WITHIN = 500;

/**
 * Ends this process when the last lines are out, or cannot be. While a line is on its way that nobody reads any more,
 * because whoever started us has died, a plain exit would try for ever to write it.
 *
 * @param {number} status
 */
function leave(status) {
  const exit = () => { out.destroy(); process.exit(status); };
  setTimeout(exit, LAST_WORDS_WITHIN);
  out.once('drain', exit).once('error', exit);
  out.write(''); // is followed by a drain even where there was nothing left to write
}

/** @param {unknown} error Why it cannot start. */
function fail(error) {
  if (error instanceof ConfigError) log.fatal(`Cannot start: ${error.message}`);
  else log.fatal({ err: error }, 'The SFU cannot start (no mediasoup-worker program? set MEDIASOUP_WORKER_BIN to one)');
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1;
}

let closing = false;
/** @type {Awaited<ReturnType<typeof startSfu>> | undefined} */
let sfu;

// mediasoup's own handlers only close its workers, and with a handler installed Node does not exit by itself. Ours run
// first, so that clients hear that we are closing before their media stops, and are there before mediasoup starts: told
// to end in that moment, the process would go on without a worker.
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  process.prependListener(signal, () => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'SFU closing');
    if (!sfu) return leave(0);
    sfu.close().then(() => leave(0), (error) => {
      log.error({ err: error }, 'SFU did not close in good order'); // fatal would write it before it returns
      leave(1);
    });
  });
}

try {
  const config = loadConfig(process.env);
  log.level = config.logLevel;
  logMediasoup(log, () => closing);
  sfu = await startSfu(config, log);
  log.info({ host: config.host, port: sfu.port, workers: config.workers }, 'SFU listening');
} catch (error) {
  if (!closing) fail(error);
}
