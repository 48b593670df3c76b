/** What is said for people's ears alone: who may say so of which track, and that no tap gets it. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import pino from 'pino';

import { loadConfig } from '../config.js';
import { MediaPool } from '../media.js';
import { bridgeToken, Client, freePort, participantToken, rtpPacket, RtpSocket, SECRET, startTestSfu } from '../testing/harness.js';

const CODECS = {
  audio: { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 },
  video: { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 },
};
const PAYLOAD = Buffer.from([0x78, 0xff, 0xfe, 0x01, 0x02, 0x03]);

describe('what is not to be translated', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu({}, { untranslated: 3 }); });
  after(() => sfu.close());

  /** Somebody who can send. @param {string} room @param {string} id */
  async function enter(room, id) {
    const { client } = await Client.enter(sfu.port, participantToken(room, id));
    const { transportId } = await client.request('createTransport', { direction: 'send' });
    let ssrc = 1_000;
    /** @param {'audio' | 'video'} kind @param {object} [more] @returns {Promise<string>} */
    const send = async (kind, more = {}) => {
      const rtpParameters = { mid: kind, codecs: [CODECS[kind]], encodings: [{ ssrc: (ssrc += 1) }] };
      return (await client.request('produce', { transportId, kind, rtpParameters, ...more })).producerId;
    };
    return { client, send };
  }

  test('is told to the others and to bridges, also to those who come later, and is one’s own voice alone', async () => {
    const ana = await enter('r', 'ana');
    const bob = await enter('r', 'bob');
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const producerId = await ana.send('audio');
    const picture = await ana.send('video');
    assert.equal((await bob.client.event('producerAdded')).untranslated, false);
    await ana.client.request('setUntranslated', { producerId, untranslated: true });
    await ana.client.request('setUntranslated', { producerId, untranslated: true }); // told once
    assert.deepEqual(await bob.client.event('producerUntranslated'), { producerId, untranslated: true });
    assert.deepEqual(await bridge.event('producerUntranslated'), { room: 'r', producerId, untranslated: true });
    assert.deepEqual((await bob.client.settled()).filter((name) => name === 'producerUntranslated'), []);
    const { hello } = await Client.enter(sfu.port, participantToken('r', 'eve'));
    const seen = Object.fromEntries(hello.producers.map((/** @type {any} */ one) => [one.producerId, one.untranslated]));
    assert.deepEqual(seen, { [producerId]: true, [picture]: false });

    const off = { producerId, untranslated: false };
    await assert.rejects(bob.client.request('setUntranslated', off), { code: 'not_found' });
    await assert.rejects(bridge.request('setUntranslated', off), { code: 'unauthorized' });
    await assert.rejects(ana.client.request('setUntranslated', { producerId: picture, untranslated: true }), { code: 'bad_request' });
    await assert.rejects(ana.client.request('setUntranslated', { producerId }), { code: 'bad_request' });
    await assert.rejects(ana.client.request('setUntranslated', { producerId, untranslated: 'yes' }), { code: 'bad_request' });
    await ana.client.request('setUntranslated', off);
    assert.deepEqual(await bob.client.event('producerUntranslated'), off);
    await bridge.leave();
  });

  test('can be so from a track’s first moment on, and is not turned on too often', async () => {
    const ana = await enter('first', 'ana');
    const bob = await enter('first', 'bob');
    const producerId = await ana.send('audio', { untranslated: true });
    assert.deepEqual((({ untranslated }) => untranslated)(await bob.client.event('producerAdded')), true);
    await assert.rejects(ana.send('video', { untranslated: true }), { code: 'bad_request' });
    for (let i = 0; i < 3; i += 1) {
      await ana.client.request('setUntranslated', { producerId, untranslated: false });
      await ana.client.request('setUntranslated', { producerId, untranslated: true });
    }
    await ana.client.request('setUntranslated', { producerId, untranslated: false }); // always
    await assert.rejects(ana.client.request('setUntranslated', { producerId, untranslated: true }), { code: 'limit' });
  });
});

test('no tap, there before or opened meanwhile, gets anything that is withheld', async () => {
  const config = loadConfig({
    SFU_TOKEN_SECRET: SECRET, SFU_RTC_PORT: String(await freePort()), SFU_PLAIN_PORT_MIN: '44000', SFU_PLAIN_PORT_MAX: '44099',
  });
  const pool = await MediaPool.start(config, pino({ level: 'silent' }));
  const [sender, before, meanwhile] = [await new RtpSocket().open(), await new RtpSocket().open(), await new RtpSocket().open()];
  try {
    const media = await pool.openRoom(() => {});
    const { producerId, port } = await media.inject(4_711);
    await media.tap(producerId, before.port);
    await sender.sendUntil(port, 4_711, PAYLOAD, () => before.packets.length > 0);
    await media.withhold(producerId, true);
    await media.tap(producerId, meanwhile.port);
    const had = before.packets.length;
    for (let sequence = 1_000; sequence < 1_050; sequence += 1) {
      sender.socket.send(rtpPacket(sequence, 4_711, PAYLOAD), port, '127.0.0.1');
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
    await media.withhold(producerId, false);
    const arrived = () => before.packets.length > had && meanwhile.packets.length > 0;
    for (let sequence = 2_000; !arrived() && sequence < 2_500; sequence += 1) {
      sender.socket.send(rtpPacket(sequence, 4_711, PAYLOAD), port, '127.0.0.1');
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    assert.ok(arrived());
    const stamps = [...before.packets.slice(had), ...meanwhile.packets].map((packet) => packet.readUInt32BE(4));
    assert.ok(Math.min(...stamps) >= 2_000 * 960, 'of what was sent meanwhile, nothing');
  } finally {
    for (const socket of [sender, before, meanwhile]) socket.close();
    pool.close();
  }
});
