/** Whoever sends too much is cut; whoever does for a moment is not. */

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';

import * as mediasoup from 'mediasoup';

import { BitrateGuard } from '../bitrate.js';
import { rtpPacket } from '../testing/harness.js';

const LIMIT = 6_000_000;

/** @param {(number | Error)[]} measured @returns {Promise<number>} After how many looks it was cut; 0: never. */
function looksUntilCut(measured) {
  return new Promise((resolve) => {
    let looks = 0;
    const guard = new BitrateGuard({
      measure: async () => {
        const value = measured[looks];
        looks += 1;
        if (value === undefined) { guard.stop(); resolve(0); return 0; }
        if (value instanceof Error) throw value;
        return value;
      },
      limit: LIMIT,
      every: 1,
      onOver: () => resolve(looks),
    });
    const alive = setInterval(() => { if (looks > measured.length) clearInterval(alive); }, 5);
    alive.unref();
  });
}

test('three looks in a row are too much, a burst is not', async () => {
  const [much, little] = [LIMIT + 1, LIMIT];
  const keep = setInterval(() => {}, 1_000); // the guard's own timer keeps no process alive
  assert.equal(await looksUntilCut([much, much, much, much]), 3);
  assert.equal(await looksUntilCut([much, much, little, much, much, new Error('closed'), much, much]), 0);
  clearInterval(keep);
});

test('what a transport says it receives is what arrives', async () => {
  const worker = await mediasoup.createWorker({ logLevel: 'error' });
  const router = await worker.createRouter({ mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 }] });
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, comedia: true, rtcpMux: true });
  await transport.produce({
    kind: 'audio', rtpParameters: { codecs: [{ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 100 }], encodings: [{ ssrc: 7 }] },
  });
  const socket = createSocket('udp4');
  let sequence = 0;
  const flood = setInterval(() => {
    for (let count = 0; count < 20; count += 1) socket.send(rtpPacket((sequence += 1), 7, Buffer.alloc(1_100, 1)), transport.tuple.localPort, '127.0.0.1');
  }, 10);
  try {
    await new Promise((resolve) => {
      const measure = async () => (await transport.getStats())[0]?.recvBitrate ?? 0;
      new BitrateGuard({ measure, limit: LIMIT, every: 50, onOver: () => resolve(undefined) });
    });
  } finally {
    clearInterval(flood);
    socket.close();
    worker.close();
  }
});
