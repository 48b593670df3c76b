/** Real RTP through a real media worker: a bridge injects, taps get it, and ownership holds. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, RtpSocket, SPEAKER, startTestSfu } from '../testing/harness.js';

const PAYLOAD = Buffer.from([0x78, 0xff, 0xfe, 0x01, 0x02, 0x03]);

describe('taps and injection', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  /** @type {RtpSocket} */ let sender;
  /** @type {RtpSocket} */ let receiver;
  before(async () => {
    sfu = await startTestSfu();
    sender = await new RtpSocket().open();
    receiver = await new RtpSocket().open();
  });
  after(async () => {
    sender.close();
    receiver.close();
    await sfu.close();
  });

  test('what a bridge injects as a recorded speaker arrives at its tap, unchanged', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r1', 'ana'));
    const { client: bridge, hello } = await Client.enter(sfu.port, bridgeToken());
    assert.ok(hello.rooms[0].age >= 0);
    assert.deepEqual({ ...hello.rooms[0], age: 0 }, { room: 'r1', participants: [{ id: 'ana', meta: {}, rights: SPEAKER }], producers: [], interpreting: [], age: 0, speech: null, keeping: null });

    await bridge.request('addParticipant', { room: 'r1', participant: 'rec', meta: { name: 'Rec' } });
    assert.deepEqual(await ana.event('participantJoined'), { id: 'rec', meta: { name: 'Rec' }, rights: ['audio', 'captions'] });
    const { producerId, port } = await bridge.request('inject', {
      room: 'r1', participant: 'rec', track: 'original', label: null, ssrc: 4_000_000_001,
    });
    const added = {
      producerId, participant: 'rec', kind: 'audio', source: 'voice', track: 'original', label: null, paused: false, quality: 'good', untranslated: false,
    };
    assert.deepEqual(await ana.event('producerAdded'), added);
    assert.deepEqual(await bridge.event('producerAdded'), { room: 'r1', ...added });

    const { tapId, ssrc, payloadType } = await bridge.request('tap', { producerId, port: receiver.port });
    assert.equal(payloadType, 100);
    await sender.sendUntil(port, 4_000_000_001, PAYLOAD, () => receiver.packets.length > 0);
    const packet = /** @type {Buffer} */ (receiver.packets[0]);
    assert.equal(packet.readUInt32BE(8), ssrc);
    assert.equal(packet.readUInt8(1) & 0x7f, payloadType);
    assert.deepEqual(packet.subarray(-PAYLOAD.length), PAYLOAD);

    const metrics = await (await fetch(`http://127.0.0.1:${sfu.port}/metrics`)).text();
    assert.match(metrics, /^sfu_consumers\{use="tap"\} 1$/m);
    assert.match(metrics, /^sfu_consumers\{use="listener"\} 0$/m);
    assert.match(metrics, /^sfu_participants\{kind="recorded"\} 1$/m);
    assert.match(metrics, /^sfu_worker_cpu_seconds_total\{worker="0"\} /m);

    await bridge.request('pauseProducer', { producerId });
    assert.deepEqual(await ana.event('producerPaused'), { producerId });
    await bridge.request('resumeProducer', { producerId });
    assert.deepEqual(await ana.event('producerResumed'), { producerId });
    const before = receiver.packets.length;
    await sender.sendUntil(port, 4_000_000_001, PAYLOAD, () => receiver.packets.length > before);

    await bridge.request('untap', { tapId });
    await assert.rejects(bridge.request('untap', { tapId }), { code: 'not_found' });
    await ana.leave();
    await bridge.leave();
  });

  test('an injection without a place is refused', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r2', 'ana'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const dub = { room: 'r2', participant: 'ana', track: 'dubbed', label: 'pt', ssrc: 7 };
    await assert.rejects(bridge.request('inject', { ...dub, room: 'nowhere' }), { code: 'not_found' });
    await assert.rejects(bridge.request('inject', { ...dub, participant: 'nobody' }), { code: 'not_found' });
    await assert.rejects(bridge.request('inject', { ...dub, track: 'original', label: null }), { code: 'not_found' });
    await assert.rejects(bridge.request('inject', { ...dub, label: null }), { code: 'bad_request' });
    await assert.rejects(bridge.request('inject', { ...dub, ssrc: 0 }), { code: 'bad_request' });
    await assert.rejects(bridge.request('tap', { producerId: 'none', port: 5_000 }), { code: 'not_found' });
    const { producerId } = await bridge.request('inject', dub);
    await assert.rejects(bridge.request('inject', dub), { code: 'conflict' });
    await assert.rejects(bridge.request('tap', { producerId, port: 80 }), { code: 'bad_request' });
    await ana.leave();
    await bridge.leave();
  });

  test('ports for taps and injections run out with a word, and come back', async () => {
    const tight = await startTestSfu({ SFU_PLAIN_PORT_MIN: '44000', SFU_PLAIN_PORT_MAX: '44001' });
    try {
      await Client.enter(tight.port, participantToken('r3', 'ana'));
      const { client: bridge } = await Client.enter(tight.port, bridgeToken());
      /** @param {string} label */
      const dub = (label) => bridge.request('inject', { room: 'r3', participant: 'ana', track: 'dubbed', label, ssrc: 7 });
      const { producerId } = await dub('pt');
      await dub('vi');
      await assert.rejects(dub('fr'), { code: 'limit' });
      await bridge.request('closeProducer', { producerId });
      await dub('fr');
    } finally {
      await tight.close();
    }
  });
});

describe('a bridge that goes', () => {
  test('takes with it what it brought, and listeners hear of it', async () => {
    const sfu = await startTestSfu();
    try {
      const { client: ana } = await Client.enter(sfu.port, participantToken('r1', 'ana'));
      const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
      assert.deepEqual(await ana.event('bridge'), { state: 'up' });
      await bridge.request('addParticipant', { room: 'r1', participant: 'rec', meta: {} });
      const dubbed = await bridge.request('inject', { room: 'r1', participant: 'ana', track: 'dubbed', label: 'pt', ssrc: 5 });
      await bridge.request('notice', { room: 'r1', key: 'lag', payload: { seconds: 1 } });
      assert.deepEqual(await ana.event('notice'), { key: 'lag', payload: { seconds: 1 } });

      bridge.socket.terminate();
      assert.deepEqual(await ana.event('bridge'), { state: 'down' });
      assert.deepEqual(await ana.event('producerRemoved'), { producerId: dubbed.producerId });
      assert.deepEqual(await ana.event('participantLeft'), { id: 'rec' });
      assert.deepEqual(await ana.event('notice'), { key: 'lag', payload: null });
      const { hello } = await Client.enter(sfu.port, participantToken('r1', 'bob'));
      assert.deepEqual([hello.bridge, hello.producers, hello.notices], ['down', [], []]);
      const metrics = await (await fetch(`http://127.0.0.1:${sfu.port}/metrics`)).text();
      assert.match(metrics, /^sfu_transports\{use="inject"\} 0$/m);
    } finally {
      await sfu.close();
    }
  });

  test('leaves the other bridge and its tracks alone', async () => {
    const sfu = await startTestSfu();
    try {
      const { client: ana } = await Client.enter(sfu.port, participantToken('r1', 'ana'));
      const { client: one } = await Client.enter(sfu.port, bridgeToken('one'));
      const { client: two } = await Client.enter(sfu.port, bridgeToken('two'));
      const first = await one.request('inject', { room: 'r1', participant: 'ana', track: 'dubbed', label: 'pt', ssrc: 5 });
      await two.request('inject', { room: 'r1', participant: 'ana', track: 'dubbed', label: 'vi', ssrc: 6 });
      await assert.rejects(two.request('closeProducer', { producerId: first.producerId }), { code: 'not_found' });
      await one.leave();
      assert.deepEqual(await two.event('producerRemoved'), { room: 'r1', producerId: first.producerId });
      ana.events.length = 0;
      const { client: again } = await Client.enter(sfu.port, bridgeToken('two'));
      assert.equal(await two.closed, 4409);
      assert.deepEqual((await ana.event('bridge')).state, 'down');
      assert.deepEqual((await ana.event('bridge')).state, 'up');
      assert.equal((await again.request('tap', { producerId: 'x', port: 5_000 }).catch((error) => error)).code, 'not_found');
    } finally {
      await sfu.close();
    }
  });
});
