/** The door: hello, bad tokens, bad messages, too many of them, silence; and that nobody else is disturbed. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';

import WebSocket from 'ws';

import { bridgeToken, Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

const CLAIMS = { role: 'participant', sub: 'ana', room: 'r', meta: {}, rights: SPEAKER };

describe('the door', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  /** @param {Promise<string>} token @param {string} [resume] */
  async function refusedHello(token, resume) {
    const client = new Client(sfu.port);
    await client.opened;
    await assert.rejects(client.request('hello', { token: await token, resume }), { code: 'unauthorized' });
    assert.equal((await client.event('closing')).code, 'unauthorized');
    assert.equal(await client.closed, 4401);
  }

  test('hello tells of the room, and the others of the newcomer', async () => {
    const { client: ana, hello } = await Client.enter(sfu.port, participantToken('r', 'ana', { name: 'Ana' }));
    assert.equal(hello.participant, 'ana');
    assert.equal(hello.room, 'r');
    assert.deepEqual([hello.participants, hello.producers, hello.notices, hello.bridge], [[], [], [], 'down']);
    const mimeTypes = hello.routerRtpCapabilities.codecs.map((/** @type {any} */ codec) => codec.mimeType);
    assert.deepEqual(mimeTypes.filter((/** @type {string} */ name) => !name.endsWith('/rtx')), ['audio/opus', 'video/VP8']);

    const { client: bob, hello: seen } = await Client.enter(sfu.port, participantToken('r', 'bob'));
    assert.deepEqual(seen.participants, [{ id: 'ana', meta: { name: 'Ana' }, rights: SPEAKER }]);
    assert.deepEqual(await ana.event('participantJoined'), { id: 'bob', meta: {}, rights: SPEAKER });
    await ana.request('renew', { token: await participantToken('r', 'ana', { name: 'Ana', hear: 'pt' }) });
    assert.deepEqual(await bob.event('participantUpdated'), { id: 'ana', meta: { name: 'Ana', hear: 'pt' }, rights: SPEAKER });
    await assert.rejects(ana.request('renew', { token: await participantToken('r', 'bob') }), { code: 'unauthorized' });
    await assert.rejects(ana.request('renew', { token: await participantToken('other', 'ana') }), { code: 'unauthorized' });
    await assert.rejects(ana.request('hello', { token: 'x' }), { code: 'conflict' });
    await bob.leave();
    assert.deepEqual(await ana.event('participantLeft'), { id: 'bob' });
    await ana.leave();
  });

  test('wrong, expired, endless and foreign tokens are refused', async () => {
    await refusedHello(Promise.resolve('nonsense'));
    await refusedHello(sign(CLAIMS, { secret: 'another secret, as long as the right one' }));
    await refusedHello(sign(CLAIMS, { expires: -60 }));
    await refusedHello(sign(CLAIMS, { expires: null }));
    await refusedHello(sign({ role: 'bridge', sub: 'one' }, { expires: -60 }), 'a lost socket');
    await refusedHello(sign(CLAIMS, { audience: 'jbcalling-web' }));
  });

  test('tokens that claim nonsense are refused', async () => {
    await refusedHello(sign({ ...CLAIMS, role: 'admin' }));
    await refusedHello(sign({ ...CLAIMS, sub: '../ana' }));
    await refusedHello(sign({ ...CLAIMS, room: undefined }));
    await refusedHello(sign({ ...CLAIMS, meta: { name: 'x'.repeat(5_000) } }));
  });

  test('an unsigned token is refused', async () => {
    const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { ...CLAIMS, aud: 'jbcalling-sfu', exp: Math.floor(Date.now() / 1_000) + 60 };
    await refusedHello(Promise.resolve(`${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`));
  });

  test('each role has its own methods', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('roles', 'ana'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await assert.rejects(ana.request('tap', { producerId: 'x', port: 5_000 }), { code: 'unauthorized' });
    await assert.rejects(bridge.request('createTransport', { direction: 'send' }), { code: 'unauthorized' });
    await assert.rejects(ana.request('constructor'), { code: 'bad_request' });
    await ana.leave();
    await bridge.leave();
  });

  test('a malformed request is answered, and the socket stays open', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('malformed', 'ana'));
    await assert.rejects(ana.request('createTransport', { direction: 'sideways' }), { code: 'bad_request', message: /direction/ });
    await assert.rejects(ana.request('createTransport', { direction: 'send', extra: 1 }), { code: 'bad_request' });
    for (const message of [null, [], 7, '"x"', { method: 'renew' }, { id: 'seven', method: 'renew' }, { id: 3, method: 4 }]) {
      ana.socket.send(JSON.stringify(message));
    }
    await ana.request('createTransport', { direction: 'send' });
    assert.deepEqual(ana.strays.map(({ id, error }) => [id, error.code]), [
      ...Array(6).fill([null, 'bad_request']), [3, 'bad_request'],
    ]);
    await ana.leave();
  });

  test('before hello nothing else is open', async () => {
    const client = new Client(sfu.port);
    await client.opened;
    await assert.rejects(client.request('createTransport', { direction: 'send' }), { code: 'unauthorized' });
    assert.equal(await client.closed, 4401);
  });

  for (const [what, frame] of /** @type {[string, string | Buffer][]} */ ([
    ['unparsable JSON', '{"id": 1,'],
    ['a binary frame', Buffer.from('{"id": 1, "method": "hello"}')],
    ['a frame over the size limit', JSON.stringify({ id: 1, method: 'hello', data: 'x'.repeat(70_000) })],
  ])) {
    test(`${what} closes that socket alone, with a word`, async () => {
      const { client: ana } = await Client.enter(sfu.port, participantToken('frames', 'ana'));
      const { client: bad } = await Client.enter(sfu.port, participantToken('frames', 'bad'));
      bad.socket.send(frame);
      const closing = await bad.event('closing');
      assert.deepEqual([closing.code, closing.retry], ['bad_frame', false]);
      assert.equal(await bad.closed, 4400);
      assert.deepEqual(await ana.event('participantLeft'), { id: 'bad' });
      await ana.request('createTransport', { direction: 'send' });
      await ana.leave();
    });
  }

  test('a flood closes that socket alone; a bridge may send more', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('flood', 'ana'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const { client: bad } = await Client.enter(sfu.port, participantToken('flood', 'bad'));
    const answers = Array.from({ length: 300 }, () => bridge.request('notice', { room: 'flood', key: 'k', payload: 1 }));
    const pending = Array.from({ length: 300 }, () => bad.request('closeConsumer', { consumerId: 'x' }).catch(() => {}));
    assert.equal((await bad.event('closing')).code, 'too_many_messages');
    assert.equal(await bad.closed, 4429);
    await Promise.all([...answers, ...pending]);
    await ana.event('participantLeft', ({ id }) => id === 'bad');
    await ana.request('createTransport', { direction: 'recv' });
    await ana.leave();
    await bridge.leave();
  });

  test('the newest connection of a participant replaces the older, and the room lives on', async () => {
    const { client: older } = await Client.enter(sfu.port, participantToken('again', 'ana'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await bridge.request('addParticipant', { room: 'again', participant: 'rec', meta: {} });
    const { client: newer, hello } = await Client.enter(sfu.port, participantToken('again', 'ana'));
    assert.deepEqual(hello.participants.map((/** @type {any} */ each) => each.id), ['rec']);
    assert.equal((await older.event('closing')).retry, false);
    assert.equal(await older.closed, 4409);
    assert.deepEqual((await bridge.settled()), ['participantJoined', 'participantLeft', 'participantJoined']);
    await newer.leave();
    assert.deepEqual(await bridge.event('roomClosed'), { room: 'again' });
    await bridge.leave();
  });

  test('bridges know of each other, and one that lost a room can do nothing more in it', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('shared', 'ana'));
    const { client: first } = await Client.enter(sfu.port, bridgeToken('bridge-1'));
    const { client: second, hello } = await Client.enter(sfu.port, bridgeToken('bridge-2'));
    assert.deepEqual(hello.bridges, ['bridge-1', 'bridge-2']);
    assert.deepEqual(await first.event('bridges'), { bridges: ['bridge-1', 'bridge-2'] });
    await first.request('claim', { room: 'shared', fence: 1 });
    await first.request('addParticipant', { room: 'shared', participant: 'speaker', meta: {} });
    const original = { room: 'shared', participant: 'speaker', track: 'original', ssrc: 7 };
    const { producerId } = await first.request('inject', { ...original, fence: 1 });
    await second.request('claim', { room: 'shared', fence: 2 });
    assert.deepEqual(await ana.event('producerRemoved'), { producerId });
    await assert.rejects(first.request('notice', { room: 'shared', key: 'k', payload: 1, fence: 1 }), { code: 'fenced' });
    await second.request('addParticipant', { room: 'shared', participant: 'speaker', meta: {} });
    const again = await second.request('inject', { ...original, fence: 2 });
    await assert.rejects(first.request('tap', { producerId: again.producerId, port: 40_000, fence: 1 }), { code: 'fenced' });
    await second.leave();
    assert.deepEqual(await first.event('bridges', ({ bridges }) => bridges.length === 1), { bridges: ['bridge-1'] });
    await first.leave();
    await ana.leave();
  });

  test('a recorded speaker cannot be impersonated', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('rec', 'ana'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await bridge.request('addParticipant', { room: 'rec', participant: 'speaker', meta: {} });
    await assert.rejects(Client.enter(sfu.port, participantToken('rec', 'speaker')), { code: 'conflict' });
    await assert.rejects(bridge.request('addParticipant', { room: 'rec', participant: 'ana', meta: {} }), { code: 'conflict' });
    await assert.rejects(bridge.request('removeParticipant', { room: 'rec', participant: 'ana' }), { code: 'not_found' });
    await bridge.request('removeParticipant', { room: 'rec', participant: 'speaker' });
    assert.deepEqual(await ana.event('participantLeft'), { id: 'speaker' });
    await ana.leave();
    await bridge.leave();
  });

  test('HTTP answers health and metrics, and nothing else', async () => {
    const base = `http://127.0.0.1:${sfu.port}`;
    const health = await fetch(`${base}/health`);
    assert.equal(health.status, 200);
    const { status, workers } = /** @type {any} */ (await health.json());
    assert.deepEqual([status, workers], ['ok', 1]);
    assert.match(await (await fetch(`${base}/metrics`)).text(), /^sfu_refused_total\{code="unauthorized"\} \d+$/m);
    assert.equal((await fetch(`${base}/`)).status, 404);
    assert.equal((await fetch(`${base}/health`, { method: 'POST' })).status, 405);
    const elsewhere = new WebSocket(`ws://127.0.0.1:${sfu.port}/other`);
    const [error] = await once(elsewhere, 'error');
    assert.match(error.message, /400/);
  });
});

describe('limits', () => {
  test('a socket that says nothing is closed with a word', async () => {
    const sfu = await startTestSfu({}, { helloWithin: 50 });
    try {
      const client = new Client(sfu.port);
      assert.equal((await client.event('closing')).code, 'no_hello');
      assert.equal(await client.closed, 4408);
    } finally {
      await sfu.close();
    }
  });

  test('a socket that answers no ping is cut, and the others hear of it', async () => {
    const sfu = await startTestSfu({}, { pingEvery: 100 });
    try {
      const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
      const { client: dead } = await Client.enter(sfu.port, participantToken('r', 'dead'));
      dead.socket.pause();
      assert.deepEqual(await ana.event('participantLeft'), { id: 'dead' });
    } finally {
      await sfu.close();
    }
  });

  test('a client that does not read is cut before it fills the memory', async () => {
    const sfu = await startTestSfu({}, { backlogBytes: 200_000, bridgeMessagesPerSecond: 1_000_000 });
    try {
      const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
      const { client: slow } = await Client.enter(sfu.port, participantToken('r', 'slow'));
      const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
      slow.socket.pause();
      const payload = 'x'.repeat(4_000);
      const gone = () => ana.events.some(({ event }) => event === 'participantLeft');
      for (let sent = 0; !gone(); sent += 1) {
        assert.ok(sent < 20_000, 'the SFU still keeps everything for the client that does not read');
        await bridge.request('notice', { room: 'r', key: 'k', payload });
      }
      await ana.request('createTransport', { direction: 'recv' });
    } finally {
      await sfu.close();
    }
  });

  test('rooms and participants are counted', async () => {
    const sfu = await startTestSfu({ SFU_MAX_ROOMS: '1', SFU_MAX_PARTICIPANTS: '2' });
    try {
      const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
      await assert.rejects(Client.enter(sfu.port, participantToken('other', 'ana')), { code: 'limit' });
      await Client.enter(sfu.port, participantToken('r', 'bob'));
      await assert.rejects(Client.enter(sfu.port, participantToken('r', 'eve')), { code: 'limit' });
      await Client.enter(sfu.port, participantToken('r', 'bob'));
      await ana.leave();
      await Client.enter(sfu.port, participantToken('r', 'eve'));
    } finally {
      await sfu.close();
    }
  });
});
