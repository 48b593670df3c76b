/** The death of a media worker: who is told, what comes back, and who notices nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bridgeToken, Client, participantToken, RtpSocket, startTestSfu } from '../testing/harness.js';

/** @param {number} port @param {(health: {status: number, body: any}) => boolean} fits */
async function health(port, fits) {
  const end = performance.now() + 5_000;
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    const seen = { status: response.status, body: await response.json() };
    if (fits(seen)) return seen;
    if (performance.now() > end) throw new Error(`health stays ${JSON.stringify(seen)}`);
  }
}

test('a killed worker takes its rooms along with a word, and is replaced; other rooms go on', { timeout: 20_000 }, async () => {
  const sfu = await startTestSfu({ SFU_WORKERS: '2' });
  const [sender, receiver] = [await new RtpSocket().open(), await new RtpSocket().open()];
  try {
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const { client: ana } = await Client.enter(sfu.port, participantToken('one', 'ana'));
    const { client: bob } = await Client.enter(sfu.port, participantToken('two', 'bob'));
    const dub = { track: 'dubbed', label: 'pt', ssrc: 9 };
    await bridge.request('inject', { room: 'one', participant: 'ana', ...dub });
    const { producerId, port } = await bridge.request('inject', { room: 'two', participant: 'bob', ...dub });
    await bridge.request('tap', { producerId, port: receiver.port });
    await bridge.settled();
    bridge.events.length = 0;

    const [first] = sfu.pool.pids;
    process.kill(/** @type {number} */ (first), 'SIGKILL');
    const closing = await ana.event('closing');
    assert.deepEqual([closing.code, closing.retry], ['worker_died', true]);
    assert.equal(await ana.closed, 4503);
    assert.deepEqual(await bridge.event('roomClosed'), { room: 'one' });

    await sender.sendUntil(port, 9, Buffer.from([0x78, 1, 2]), () => receiver.packets.length > 2);
    assert.deepEqual(await bob.settled(), ['producerAdded']);
    const { body } = await health(sfu.port, ({ status }) => status === 200);
    assert.deepEqual(body, { status: 'ok', workers: 2, rooms: 1 });
    assert.ok(!sfu.pool.pids.includes(/** @type {number} */ (first)));
    assert.match(await (await fetch(`http://127.0.0.1:${sfu.port}/metrics`)).text(), /^sfu_worker_deaths_total 1$/m);

    const { client: again } = await Client.enter(sfu.port, participantToken('one', 'ana'));
    const { iceCandidates } = await again.request('createTransport', { direction: 'send' });
    assert.deepEqual(iceCandidates.map((/** @type {any} */ each) => each.protocol).sort(), ['tcp', 'udp']);
    assert.deepEqual(bridge.events.map(({ event }) => event), ['participantJoined']);
  } finally {
    sender.close();
    receiver.close();
    await sfu.close();
  }
});

test('without any worker health says so and newcomers are told to come back', { timeout: 20_000 }, async () => {
  const sfu = await startTestSfu();
  const binary = process.env.MEDIASOUP_WORKER_BIN;
  try {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    process.env.MEDIASOUP_WORKER_BIN = '/nonexistent/mediasoup-worker';
    process.kill(/** @type {number} */ (sfu.pool.pids[0]), 'SIGKILL');
    assert.equal(await ana.closed, 4503);
    assert.equal((await health(sfu.port, () => true)).status, 503);
    const client = new Client(sfu.port);
    await client.opened;
    await assert.rejects(client.request('hello', { token: await participantToken('r', 'ana') }), { code: 'internal' });
    assert.equal((await client.event('closing')).retry, true);
    assert.equal(await client.closed, 4503);

    if (binary === undefined) delete process.env.MEDIASOUP_WORKER_BIN;
    else process.env.MEDIASOUP_WORKER_BIN = binary;
    await health(sfu.port, ({ status }) => status === 200);
    await Client.enter(sfu.port, participantToken('r', 'ana'));
  } finally {
    await sfu.close();
  }
});
