/**
 * The signalling that a browser's mediasoup-client goes through, against a real media worker. The client's own fake
 * handler stands in for the browser's WebRTC stack, so no media flows here: the browser tests have that.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Device } from 'mediasoup-client';
import * as fakeParameters from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';

import { Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

/** A page: a device with both transports, wired as the real page wires them. @param {number} port @param {string} id */
async function page(port, id) {
  const { client, hello } = await Client.enter(port, participantToken('call', id));
  const device = new Device({ handlerFactory: FakeHandler.createFactory(fakeParameters) });
  await device.load({ routerRtpCapabilities: hello.routerRtpCapabilities });
  /** @param {'send' | 'recv'} direction */
  const open = async (direction) => {
    const { transportId, ...remote } = await client.request('createTransport', { direction });
    const options = { id: transportId, ...remote };
    const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      client.request('connectTransport', { transportId, dtlsParameters }).then(done, failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      client.request('produce', { transportId, kind, ...appData, rtpParameters }).then(({ producerId }) => done({ id: producerId }), failed);
    });
    return transport;
  };
  const send = await open('send');
  const recv = await open('recv');
  /** @param {string} producerId */
  const consume = async (producerId) => {
    const { consumerId, ...rest } = await client.request('consume', { producerId, rtpCapabilities: device.recvRtpCapabilities });
    return { consumer: await recv.consume({ id: consumerId, ...rest }), ...rest };
  };
  return { client, device, send, recv, consume, resume: hello.resume };
}

/** @param {number} port @param {string} token @param {string} key */
async function resume(port, token, key) {
  const client = new Client(port);
  await client.opened;
  return { client, hello: await client.request('hello', { token, resume: key }) };
}

const track = (/** @type {'audio' | 'video'} */ kind) => /** @type {any} */ (new FakeMediaStreamTrack({ kind }));

describe('pages', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  test('produce and consume audio and video, pause, and hear of the end', async () => {
    const ana = await page(sfu.port, 'ana');
    const bob = await page(sfu.port, 'bob');
    const voice = await ana.send.produce({ track: track('audio'), codecOptions: { opusDtx: true, opusFec: true } });
    assert.deepEqual(await bob.client.event('producerAdded'), {
      producerId: voice.id, participant: 'ana', kind: 'audio', source: 'voice', track: 'original', label: null, paused: false,
      quality: 'good', untranslated: false,
    });
    const heard = await bob.consume(voice.id);
    assert.equal(heard.producerPaused, false);
    assert.equal(heard.rtpParameters.codecs[0].payloadType, 100);
    await bob.client.request('resumeConsumer', { consumerId: heard.consumer.id });
    const picture = await ana.send.produce({ track: track('video') });
    const seen = await bob.consume(picture.id);
    assert.equal(seen.kind, 'video');
    const { id: consumerId } = seen.consumer;
    for (const method of ['resumeConsumer', 'pauseConsumer']) await bob.client.request(method, { consumerId });
    await bob.client.request('preferLayer', { consumerId, layer: 0 });
    await assert.rejects(bob.client.request('preferLayer', { consumerId, layer: 9 }), { code: 'bad_request' });
    assert.deepEqual((await ana.client.settled()), ['participantJoined'], 'nobody is told of their own originals');

    await ana.client.request('pauseProducer', { producerId: voice.id });
    assert.deepEqual(await bob.client.event('producerPaused'), { producerId: voice.id });
    await assert.rejects(bob.client.request('resumeProducer', { producerId: voice.id }), { code: 'not_found' });
    const late = await page(sfu.port, 'late');
    const { producerPaused } = await late.consume(voice.id);
    assert.equal(producerPaused, true);

    const { iceParameters } = await ana.client.request('restartIce', { transportId: ana.send.id });
    assert.ok(iceParameters.usernameFragment);
    await ana.client.leave();
    assert.deepEqual(await bob.client.event('producerRemoved'), { producerId: voice.id });
    assert.deepEqual(await bob.client.event('producerRemoved'), { producerId: picture.id });
    await assert.rejects(bob.client.request('resumeConsumer', { consumerId: heard.consumer.id }), { code: 'not_found' });
    await bob.client.leave();
    await late.client.leave();
  });

  test('are held to one transport a direction, one track of each source, and their own room', async () => {
    const ana = await page(sfu.port, 'ana');
    await assert.rejects(ana.client.request('createTransport', { direction: 'send' }), { code: 'conflict' });
    const voice = await ana.send.produce({ track: track('audio') });
    await assert.rejects(ana.send.produce({ track: track('audio') }), { code: 'limit' });
    await ana.send.produce({ track: track('video') });
    await assert.rejects(ana.send.produce({ track: track('video') }), { code: 'limit' });
    await ana.send.produce({ track: track('video'), appData: { source: 'screen' } });
    const voiceAsPicture = ana.send.produce({ track: track('video'), appData: { source: 'voice' } });
    await assert.rejects(voiceAsPicture, { code: 'bad_request' });
    await ana.client.request('closeProducer', { producerId: voice.id });
    await ana.send.produce({ track: track('audio') });

    const { client: stranger } = await Client.enter(sfu.port, participantToken('elsewhere', 'eve'));
    await stranger.request('createTransport', { direction: 'recv' });
    const rtpCapabilities = ana.device.recvRtpCapabilities;
    await assert.rejects(stranger.request('consume', { producerId: voice.id, rtpCapabilities }), { code: 'not_found' });
    await assert.rejects(stranger.request('restartIce', { transportId: ana.send.id }), { code: 'not_found' });
    await ana.client.leave();
    await stranger.leave();
  });

  test('keep their place and their tracks while their socket is lost, and go on with a new one', async () => {
    const patient = await startTestSfu({}, { resumeWithin: 5_000 });
    try {
      const ana = await page(patient.port, 'ana');
      const bob = await page(patient.port, 'bob');
      const voice = await ana.send.produce({ track: track('audio') });
      await bob.client.event('producerAdded');
      ana.client.socket.terminate();
      await ana.client.closed;
      const token = await participantToken('call', 'ana', { hear: 'pt' });
      const { client: again, hello } = await resume(patient.port, token, ana.resume);
      assert.equal(hello.resumed, true);
      assert.deepEqual(hello.own.map((/** @type {any} */ each) => each.producerId), [voice.id]);
      assert.deepEqual(hello.participants.map((/** @type {any} */ each) => each.id), ['bob']);
      assert.ok((await again.request('restartIce', { transportId: ana.send.id })).iceParameters);
      assert.deepEqual(await bob.client.event('participantUpdated'), { id: 'ana', meta: { hear: 'pt' }, rights: SPEAKER });
      await again.request('pauseProducer', { producerId: voice.id });
      assert.deepEqual(await bob.client.event('producerPaused'), { producerId: voice.id });
      assert.deepEqual(await bob.client.settled(), [], 'nobody has left or come');

      // A page that comes back before its old socket is known to be dead takes it over; one that has forgotten begins anew.
      const { client: sooner, hello: third } = await resume(patient.port, token, ana.resume);
      assert.equal(third.resumed, true);
      assert.equal(await again.closed, 4409);
      assert.deepEqual(await bob.client.settled(), []);

      // Nor is it a good-bye when a page takes its socket for dead, and to go on it needs no token of the hour.
      sooner.socket.close(4000);
      await sooner.closed;
      const claims = { role: 'participant', sub: 'ana', room: 'call', meta: { hear: 'pt' }, rights: SPEAKER };
      const old = await sign(claims, { expires: -600 });
      await assert.rejects(resume(patient.port, old, 'another page'), { code: 'unauthorized' });
      const { client: last, hello: fourth } = await resume(patient.port, old, ana.resume);
      assert.equal(fourth.resumed, true);
      assert.deepEqual(await bob.client.settled(), []);
      const { hello: fresh } = await resume(patient.port, token, 'another page');
      assert.equal(fresh.resumed, false);
      assert.equal(await last.closed, 4409);
      assert.deepEqual(await bob.client.event('producerRemoved'), { producerId: voice.id });
    } finally {
      await patient.close();
    }
  });

  test('that send impossible parameters are told so, and nothing else breaks', async () => {
    const ana = await page(sfu.port, 'ana');
    const bob = await page(sfu.port, 'bob');
    const { client, send } = ana;
    const dtls = fakeParameters.generateLocalDtlsParameters();
    const noFingerprint = { transportId: send.id, dtlsParameters: { ...dtls, fingerprints: [] } };
    await assert.rejects(client.request('connectTransport', noFingerprint), { code: 'bad_request' });
    const codec = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
    /** @param {object} codecs @param {object} encoding @param {'audio' | 'video'} [kind] */
    const produce = (codecs, encoding, kind = 'audio') =>
      client.request('produce', { transportId: send.id, kind, rtpParameters: { codecs: [codecs], encodings: [encoding] } });
    const unknown = { mimeType: 'audio/PCMU', payloadType: 0, channels: 1, clockRate: 8_000 };
    await assert.rejects(produce(unknown, { ssrc: 1 }), { code: 'bad_request' });
    const voice = await produce(codec, { ssrc: 1 });
    const vp8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 };
    await assert.rejects(produce(vp8, { ssrc: 1 }, 'video'), { code: 'bad_request' });
    const rtpParameters = { codecs: [codec], encodings: [{ ssrc: 2 }] };
    const wrongWay = client.request('produce', { transportId: ana.recv.id, kind: 'audio', rtpParameters });
    await assert.rejects(wrongWay, { code: 'bad_request' });
    const pcmu = { kind: 'audio', mimeType: 'audio/PCMU', preferredPayloadType: 0, clockRate: 8_000 };
    await assert.rejects(bob.client.request('consume', { producerId: voice.producerId, rtpCapabilities: { codecs: [pcmu] } }), {
      code: 'bad_request',
    });
    await bob.consume(voice.producerId);
    assert.equal((await fetch(`http://127.0.0.1:${sfu.port}/health`)).status, 200);
    await client.leave();
    await bob.client.leave();
  });

  test('have one consumer of a producer, however often they ask', async () => {
    const only = await startTestSfu();
    try {
      const ana = await page(only.port, 'ana');
      const eve = await page(only.port, 'eve');
      const voice = await ana.send.produce({ track: track('audio') });
      const ask = { producerId: voice.id, rtpCapabilities: eve.device.recvRtpCapabilities };
      const ids = [];
      for (let count = 0; count < 60; count += 1) ids.push((await eve.client.request('consume', ask)).consumerId);
      const metrics = await (await fetch(`http://127.0.0.1:${only.port}/metrics`)).text();
      assert.match(metrics, /^sfu_consumers\{use="listener"\} 1$/m);
      await assert.rejects(eve.client.request('resumeConsumer', { consumerId: ids[0] }), { code: 'not_found' });
      await eve.client.request('resumeConsumer', { consumerId: ids.at(-1) });
    } finally {
      await only.close();
    }
  });

  test('that send more than they may are sent away, with their tracks', async () => {
    const strict = await startTestSfu({}, { cutBitrate: -1, bitrateEvery: 20 });
    try {
      const { client: watch } = await Client.enter(strict.port, participantToken('call', 'watch'));
      const eve = await page(strict.port, 'eve');
      assert.equal((await eve.client.event('closing')).code, 'too_much_media');
      assert.equal(await eve.client.closed, 4413);
      assert.deepEqual(await watch.event('participantLeft'), { id: 'eve' });
    } finally {
      await strict.close();
    }
  });

  test('are offered IPv4 and IPv6 where there are both', async () => {
    const both = await startTestSfu({ SFU_RTC_IP: '127.0.0.1,::1', SFU_ANNOUNCED_ADDRESS: '203.0.113.7,2001:db8::7' });
    try {
      const { client } = await Client.enter(both.port, participantToken('call', 'ana'));
      const { iceCandidates } = await client.request('createTransport', { direction: 'recv' });
      const offered = iceCandidates.map((/** @type {any} */ { protocol, address }) => `${protocol} ${address}`).sort();
      assert.deepEqual(offered, ['tcp 2001:db8::7', 'tcp 203.0.113.7', 'udp 2001:db8::7', 'udp 203.0.113.7']);
    } finally {
      await both.close();
    }
  });

  test('leave nothing behind', async () => {
    const only = await startTestSfu();
    try {
      const ana = await page(only.port, 'ana');
      const bob = await page(only.port, 'bob');
      const voice = await ana.send.produce({ track: track('audio') });
      await bob.consume(voice.id);
      const metrics = async () => (await fetch(`http://127.0.0.1:${only.port}/metrics`)).text();
      assert.match(await metrics(), /^sfu_transports\{use="webrtc"\} 4$/m);
      assert.match(await metrics(), /^sfu_consumers\{use="listener"\} 1$/m);
      const { client: watch } = await Client.enter(only.port, participantToken('call', 'watch'));
      ana.client.socket.terminate();
      bob.client.socket.terminate();
      await watch.event('participantLeft');
      await watch.event('participantLeft');
      const left = await metrics();
      assert.match(left, /^sfu_transports\{use="webrtc"\} 0$/m);
      assert.match(left, /^sfu_consumers\{use="listener"\} 0$/m);
      assert.match(left, /^sfu_producers\{track="original",kind="audio"\} 0$/m);
    } finally {
      await only.close();
    }
  });
});
