/**
 * What one media worker can carry: `node testing/capacity.js` in app/media/sfu, a minute on a machine with nothing else
 * to do. Everybody in a room sends a voice (and a camera) and receives everybody else's, encrypted as for browsers. What
 * it leaves out of the work for real browsers: ICE, and the bandwidth estimation of pictures.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import * as mediasoup from 'mediasoup';

const LOOPBACK = '127.0.0.1';
const SRTP = { cryptoSuite: /** @type {const} */ ('AEAD_AES_256_GCM'), keyBase64: Buffer.alloc(44, 7).toString('base64') };
/** A voice: 50 packets of 20 ms a second at 32 kbit/s. A camera at 640×360: 900 kbit/s in packets of 1,100 bytes. */
const KINDS = /** @type {const} */ ({
  voice: { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 100, bytes: 80, perSecond: 50 },
  camera: { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, channels: undefined, payloadType: 101, bytes: 1_100, perSecond: 100 },
});
/** A VP8 payload descriptor and the start of a key frame, so that consumers begin to send. */
const KEY_FRAME = Buffer.from([0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
const TICK_MS = 10;

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '4' },
    rooms: { type: 'string', default: '1,4,8' },
    seconds: { type: 'string', default: '6' },
  },
});

const sink = createSocket('udp4');
sink.bind(0, LOOPBACK);
await once(sink, 'listening');
sink.on('message', () => {});

/** One stream into a worker. */
class Source {
  sequence = 0;
  owed = 0;

  /** @param {number} port @param {number} ssrc @param {keyof typeof KINDS} what */
  constructor(port, ssrc, what) {
    const { payloadType, bytes, perSecond, clockRate } = KINDS[what];
    this.port = port;
    this.perTick = (perSecond * TICK_MS) / 1_000;
    this.step = clockRate / perSecond;
    this.packet = Buffer.alloc(12 + bytes, 1);
    this.packet.writeUInt8(0x80, 0);
    this.packet.writeUInt8(payloadType | 0x80, 1);
    this.packet.writeUInt32BE(ssrc, 8);
    if (what === 'camera') KEY_FRAME.copy(this.packet, 12);
  }

  tick() {
    for (this.owed += this.perTick; this.owed >= 1; this.owed -= 1) {
      this.sequence += 1;
      this.packet.writeUInt16BE(this.sequence & 0xffff, 2);
      this.packet.writeUInt32BE(Math.round(this.sequence * this.step) >>> 0, 4);
      sink.send(Buffer.from(this.packet), this.port, LOOPBACK);
    }
  }
}

/**
 * @param {mediasoup.types.Worker} worker
 * @param {number} people
 * @param {(keyof typeof KINDS)[]} sends
 */
async function openRoom(worker, people, sends) {
  const mediaCodecs = Object.values(KINDS).map(({ kind, mimeType, clockRate, channels, payloadType }) => ({
    kind, mimeType, clockRate, ...(channels && { channels }), preferredPayloadType: payloadType,
  }));
  const router = await worker.createRouter({ mediaCodecs: /** @type {mediasoup.types.RouterRtpCodecCapability[]} */ (mediaCodecs) });
  const listenInfo = { protocol: /** @type {const} */ ('udp'), ip: LOOPBACK };
  /** @type {Source[]} */ const sources = [];
  /** @type {{who: number, producerId: string}[]} */ const producers = [];
  for (let who = 0; who < people; who += 1) {
    for (const what of sends) {
      const { kind, mimeType, clockRate, channels, payloadType } = KINDS[what];
      const transport = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: true });
      const ssrc = 1_000 + producers.length;
      const codec = { mimeType, clockRate, payloadType, ...(channels && { channels }) };
      const { id } = await transport.produce({ kind, rtpParameters: { codecs: [codec], encodings: [{ ssrc }] } });
      producers.push({ who, producerId: id });
      sources.push(new Source(transport.tuple.localPort, ssrc, what));
    }
  }
  let consumers = 0;
  for (let who = 0; who < people; who += 1) {
    const transport = await router.createPlainTransport({ listenInfo, rtcpMux: true, enableSrtp: true, srtpCryptoSuite: SRTP.cryptoSuite });
    await transport.connect({ ip: LOOPBACK, port: sink.address().port, srtpParameters: SRTP });
    for (const { producerId } of producers.filter((producer) => producer.who !== who)) {
      await transport.consume({ producerId, rtpCapabilities: router.rtpCapabilities });
      consumers += 1;
    }
  }
  return { sources, consumers };
}

/** @param {mediasoup.types.Worker} worker @returns {Promise<number>} CPU seconds so far. */
async function cpu(worker) {
  const { ru_utime: user, ru_stime: system } = await worker.getResourceUsage();
  return (user + system) / 1_000;
}

/** @param {number} rooms @param {number} people @param {(keyof typeof KINDS)[]} sends @param {number} seconds */
async function measure(rooms, people, sends, seconds) {
  const worker = await mediasoup.createWorker({ logLevel: 'error' });
  const opened = [];
  for (let index = 0; index < rooms; index += 1) opened.push(await openRoom(worker, people, sends));
  const sources = opened.flatMap((room) => room.sources);
  const consumers = opened.reduce((total, room) => total + room.consumers, 0);
  const timer = setInterval(() => { for (const source of sources) source.tick(); }, TICK_MS);
  await setTimeout(1_000);
  const [before, started, sent] = [await cpu(worker), performance.now(), sources.reduce((sum, { sequence }) => sum + sequence, 0)];
  await setTimeout(seconds * 1_000);
  const elapsed = (performance.now() - started) / 1_000;
  const used = (await cpu(worker)) - before;
  const packets = (sources.reduce((sum, { sequence }) => sum + sequence, 0) - sent) / elapsed;
  clearInterval(timer);
  const resident = (await worker.getResourceUsage()).ru_maxrss / 1_024;
  worker.close();
  return { core: (100 * used) / elapsed, consumers, packets, resident };
}

console.log('| everybody sends | rooms | people in each | tracks out | packets in /s | of one core | µs a packet out | resident MB |');
console.log('|---|---|---|---|---|---|---|---|');
for (const sends of /** @type {(keyof typeof KINDS)[][]} */ ([['voice'], ['voice', 'camera']])) {
  for (const rooms of values.rooms.split(',').map(Number)) {
    const people = Number(values.people);
    const { core, consumers, packets, resident } = await measure(rooms, people, sends, Number(values.seconds));
    const out = packets * (people - 1);
    const cells = [sends.join(' and '), rooms, people, consumers, packets.toFixed(0), `${core.toFixed(1)} %`, ((core * 1e4) / out).toFixed(1), resident.toFixed(0)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
sink.close();
