/** The process as it is run: how it starts, how it refuses to, and how it ends without leaving anything behind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';

import { Client, freePort, participantToken, SECRET } from '../testing/harness.js';

const SERVER = fileURLToPath(new URL('../server.js', import.meta.url));

/** @param {import('node:test').TestContext} t @param {Record<string, string>} env */
function run(t, env) {
  const child = spawn(process.execPath, [SERVER], {
    env: { ...process.env, SFU_LOG_LEVEL: 'info', ...env }, stdio: ['ignore', 'pipe', 'inherit'], detached: true,
  });
  t.after(() => child.kill('SIGKILL'));
  /** @type {any[]} */
  const lines = [];
  let rest = '';
  child.stdout.on('data', (data) => {
    const parts = (rest + data).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part));
    child.emit('line');
  });
  /** @type {Promise<[number | null, string | null]>} */
  const exited = once(child, 'exit').then(([code, signal]) => [code, signal]);
  /** @param {string} message */
  const logged = async (message) => {
    for (;;) {
      const line = lines.find(({ msg }) => msg === message);
      if (line) return line;
      await Promise.race([once(child, 'line'), exited.then(() => { throw new Error(`ended before "${message}"`); })]);
    }
  };
  return { child, lines, exited, logged };
}

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [env] */
async function startProcess(t, env = {}) {
  const port = await freePort();
  const started = run(t, { SFU_TOKEN_SECRET: SECRET, SFU_PORT: String(port), SFU_RTC_PORT: String(await freePort()), ...env });
  await started.logged('SFU listening');
  const { pid: worker } = await started.logged('media worker running');
  return { ...started, port, worker: /** @type {number} */ (worker) };
}

/** Resolves once the process is gone; the test's own time limit is the patience. @param {number} pid */
async function gone(pid) {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}

describe('the process', { timeout: 60_000 }, () => {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
    test(`${signal} ends it in good order`, async (t) => {
      const { child, exited, port, worker } = await startProcess(t);
      const { client } = await Client.enter(port, participantToken('kqzp-7wma-x3td', 'ana', { name: 'Ana Secret' }));
      child.kill(signal);
      const closing = await client.event('closing');
      assert.deepEqual([closing.code, closing.retry], ['shutting_down', true]);
      assert.equal(await client.closed, 1001);
      assert.deepEqual(await exited, [0, null]);
      await gone(worker);
    });
  }

  test('Ctrl-C, which reaches the media worker too, leaves nothing behind', async (t) => {
    const { child, exited, port, worker } = await startProcess(t);
    await Client.enter(port, participantToken('r', 'ana'));
    process.kill(-(/** @type {number} */ (child.pid)), 'SIGINT');
    assert.deepEqual(await exited, [0, null]);
    await gone(worker);
  });

  test('a client that does not answer does not keep it from ending', async (t) => {
    const { child, exited, port } = await startProcess(t);
    const { client } = await Client.enter(port, participantToken('r', 'ana'));
    client.socket.pause();
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    client.socket.terminate();
  });

  test('whoever reads its log may have died before it', async (t) => {
    for (let people = 0; people < 6; people += 1) { // how much it has to say at its end decides what is left unwritten
      const { child, exited, port, worker } = await startProcess(t);
      for (let one = 0; one < people; one += 1) await Client.enter(port, participantToken('r', `person-${one}`));
      child.stdout.destroy();
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null]);
      await gone(worker);
    }
  });

  test('a line that is still on its way to a reader who has died does not keep it from ending', async (t) => {
    const work = "for (let i = 0; i < 40; i += 1) crypto.pbkdf2('', '', 100_000, 64, 'sha512', () => {})";
    const busy = `import crypto from 'node:crypto'; process.on('SIGUSR2', () => { ${work}; });`;
    const { child, exited, port, worker } = await startProcess(t, {
      UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(busy)}`,
    });
    await Client.enter(port, participantToken('r', 'ana'));
    child.stdout.destroy();
    child.kill('SIGUSR2'); // from now on files are written late
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    await gone(worker);
  });

  test('told to end at any moment of its start, it ends', async (t) => {
    for (let wait = 60; wait <= 300; wait += 20) {
      const env = { SFU_TOKEN_SECRET: SECRET, SFU_PORT: String(await freePort()), SFU_RTC_PORT: String(await freePort()) };
      const { child, exited } = run(t, env);
      await new Promise((resolve) => { setTimeout(resolve, wait); });
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      assert.ok(code === 0 || signal === 'SIGTERM', `after ${wait} ms it ended with ${code ?? signal}`);
    }
  });

  test('even killed it leaves no media worker', async (t) => {
    const { child, exited, worker } = await startProcess(t);
    child.kill('SIGKILL');
    await exited;
    await gone(worker);
  });

  test('its log holds neither tokens nor names nor room codes', async (t) => {
    const { child, exited, port, lines } = await startProcess(t, { SFU_LOG_LEVEL: 'debug' });
    const token = await participantToken('kqzp-7wma-x3td', 'ana', { name: 'Ana Secret' });
    const { client } = await Client.enter(port, token);
    await assert.rejects(client.request('renew', { token: `${token}x` }), { code: 'unauthorized' });
    child.kill('SIGTERM');
    await exited;
    const text = JSON.stringify(lines);
    assert.ok(lines.some(({ msg, participant }) => msg === 'hello' && participant === 'ana'));
    assert.ok(!text.includes('kqzp-7wma-x3td'));
    assert.ok(!text.includes('Ana Secret') && !text.includes(token.slice(0, 40)) && !text.includes(SECRET));
  });

  test('without a secret it says what to do and ends', async (t) => {
    const { exited, lines } = run(t, { SFU_TOKEN_SECRET: '' });
    assert.deepEqual(await exited, [78, null]);
    assert.equal(lines.length, 1);
    assert.match(lines[0].msg, /SFU_TOKEN_SECRET.*make run/);
  });

  test('it serves on an IPv6 address', async (t) => {
    const { port } = await startProcess(t, { SFU_HOST: '::1' });
    const answer = await fetch(`http://[::1]:${port}/health`);
    assert.equal(answer.status, 200);
  });

  test('on a taken port it says which and ends, and its worker with it', async (t) => {
    const { child, exited, port } = await startProcess(t);
    const second = run(t, { SFU_TOKEN_SECRET: SECRET, SFU_PORT: String(port), SFU_RTC_PORT: String(await freePort()) });
    assert.deepEqual(await second.exited, [1, null]);
    assert.match(second.lines.at(-1).err.message, new RegExp(`port ${port}.*SFU_PORT`));
    await gone(second.lines.find(({ msg }) => msg === 'media worker running').pid);
    child.kill('SIGTERM');
    await exited;
  });
});
