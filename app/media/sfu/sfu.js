/** The whole SFU put together: HTTP and WebSocket on one port, rooms, media workers, metrics. */

import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

import { clientOf, household, Networks } from './addresses.js';
import { Bridge } from './bridge.js';
import { Doorkeeper } from './doorkeeper.js';
import { IdleWatch } from './idle.js';
import { keySet } from './keys.js';
import { MediaPool } from './media.js';
import { RequestError } from './errors.js';
import { Metrics } from './metrics.js';
import { answerOperator, isForOperator } from './operator.js';
import { Participant } from './participant.js';
import { Rooms } from './rooms.js';
import { hello as helloData, parse } from './schemas.js';
import { Session, SignallingSocket } from './session.js';
import { tokenVerifier } from './tokens.js';

/** @typedef {import('./room-media.js').RoomMedia} RoomMedia */

/** How long a socket's last words may take at the end, milliseconds. */
const DRAIN_WITHIN = 1_000;

/**
 * @typedef {object} Sessions
 * @property {Set<Session>} all Those of the moment.
 * @property {() => void} stop Takes no more.
 * @property {() => void} cut Ends every socket without a word.
 */

/**
 * @typedef {object} Sfu
 * @property {number} port Where it listens.
 * @property {MediaPool} pool
 * @property {() => Promise<void>} close Tells every client to come back later, then stops everything.
 */

/**
 * @param {Readonly<import('./config.js').Config>} config
 * @param {import('pino').Logger} log
 * @returns {Promise<Sfu>} Listening.
 * @throws {Error} A media worker did not start, or a port is taken.
 */
export async function startSfu(config, log) {
  const { limits } = config;
  const pool = await MediaPool.start(config, log);
  /** @type {Rooms<RoomMedia>} */
  const rooms = new Rooms({
    openMedia: (onDied) => pool.openRoom(onDied),
    maxRooms: config.maxRooms,
    roomsPerAddress: config.roomsPerAddress,
    perRoom: {
      participants: config.maxParticipants, listeners: config.maxListeners, videos: config.maxVideos,
      notices: limits.notices, turnSettles: limits.turnSettles, turnWaits: limits.turnWaits,
    },
  });
  const idle = new IdleWatch({
    silentAfter: config.idleMinutes * 60_000,
    aloneAfter: config.aloneMinutes * 60_000,
    notice: limits.idleNotice,
    listening: () => rooms.bridges > 0,
    end: (room) => rooms.endIdle(room),
  });
  setInterval(() => idle.look(rooms.open), limits.idleEvery).unref();
  const metrics = new Metrics(rooms, pool);
  const services = { rooms, verify: tokenVerifier(keySet(config.tokenSecret, config.tokenKeys)), limits };
  /** @type {import('./session.js').Hello} */
  const hello = async (session, data) => {
    const { token, resume } = parse(helloData, data);
    const claims = await services.verify(token, resume !== undefined);
    if (claims.role === 'operator') throw new RequestError('unauthorized', 'This token is for HTTP.');
    if (claims.role === 'bridge' && claims.expired) throw new RequestError('unauthorized', 'The token has expired: get a new one.');
    return claims.role === 'bridge'
      ? Bridge.enter(session, claims, services)
      : Participant.enter(session, claims, services, resume);
  };

  const trusted = new Networks(config.trustedProxies);
  const watchers = new Networks(config.monitoringFrom);
  const watches = (/** @type {import('./addresses.js').Request} */ request) => watchers.has(clientOf(request, trusted));
  const server = createServer((request, response) => {
    const answer = isForOperator(request.url?.split('?')[0])
      ? answerOperator(request, response, services)
      : answerHttp(request, response, { pool, rooms, metrics, workers: config.workers, watches });
    answer.catch((error) => {
      log.error({ err: error }, 'HTTP request failed');
      response.destroy();
    });
  });
  server.maxConnections = config.maxSockets;
  try {
    await listen(server, config);
  } catch (error) {
    pool.close();
    throw error;
  }
  const doorkeeper = new Doorkeeper(config.socketsPerAddress, limits.waitingSockets);
  const sessions = acceptSessions(server, { limits, log, metrics, hello }, doorkeeper, trusted);
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port: address.port, pool, close: () => close(server, sessions, pool) };
}

/**
 * No Origin is checked: pages come from the web process, another origin, and a browser holds no cookie or other
 * ambient right here. The signed token in the hello is the only key.
 *
 * @param {import('node:http').Server} server
 * @param {import('./session.js').Context} context
 * @param {Doorkeeper} doorkeeper
 * @param {Networks} trusted
 * @returns {Sessions}
 */
function acceptSessions(server, context, doorkeeper, trusted) {
  /** closeTimeout is newer than the type declarations of ws. */
  const options = {
    server,
    path: '/ws',
    WebSocket: SignallingSocket,
    maxPayload: context.limits.frameBytes,
    perMessageDeflate: false,
    closeTimeout: context.limits.closeWithin,
  };
  /** @type {Set<Session>} */
  const all = new Set();
  const sockets = new WebSocketServer(options);
  sockets.on('error', (error) => context.log.error({ err: error }, 'socket server failed'));
  sockets.on('connection', (socket, request) => {
    const session = new Session(socket, context, household(clientOf(request, trusted)));
    all.add(session);
    socket.once('close', () => { all.delete(session); doorkeeper.leave(session); });
    if (!doorkeeper.enter(session)) {
      session.dismiss('too_many_sockets', 'Too many connections from this address: close some, or come back in a while.');
    }
  });
  const pings = setInterval(() => { for (const session of all) session.checkAlive(); }, context.limits.pingEvery);
  return {
    all,
    stop: () => { clearInterval(pings); sockets.close(); },
    cut: () => { for (const socket of sockets.clients) socket.terminate(); },
  };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {object} state
 * @param {MediaPool} state.pool
 * @param {Rooms<RoomMedia>} state.rooms
 * @param {Metrics} state.metrics
 * @param {number} state.workers
 * @param {(request: import('node:http').IncomingMessage) => boolean} state.watches Whether they may read metrics.
 */
async function answerHttp(request, response, { pool, rooms, metrics, workers, watches }) {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end();
  } else if (path === '/health') {
    const ok = pool.alive === workers;
    const body = { status: ok ? 'ok' : 'media workers are missing', workers: pool.alive, rooms: rooms.open.length };
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    response.writeHead(ok ? 200 : 503, headers).end(JSON.stringify(body));
  } else if (path === '/metrics' && watches(request)) {
    const body = await metrics.registry.metrics();
    response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(body);
  } else {
    response.writeHead(404).end();
  }
}

/** @param {import('node:http').Server} server @param {Readonly<import('./config.js').Config>} config @returns {Promise<void>} */
function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    const refuse = (/** @type {Error} */ cause) => {
      reject(new Error(`cannot listen on ${host} port ${port}: free it or change SFU_PORT`, { cause }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => { server.off('error', refuse); resolve(); });
  });
}

/**
 * @param {import('node:http').Server} server
 * @param {Sessions} sessions
 * @param {MediaPool} pool
 * @returns {Promise<void>}
 */
async function close(server, sessions, pool) {
  const closed = new Promise((resolve) => server.close(resolve));
  sessions.stop();
  for (const session of sessions.all) session.dismiss('shutting_down', 'The server is restarting: come back in a few seconds.');
  const cut = setTimeout(() => { sessions.cut(); server.closeAllConnections(); }, DRAIN_WITHIN);
  await closed;
  clearTimeout(cut);
  pool.close();
}
