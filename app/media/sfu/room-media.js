/** The media of one room: a mediasoup router and what is plugged into it. */

import { RequestError, withClientParameters } from './errors.js';

/** @typedef {import('mediasoup').types.WebRtcTransport} WebRtcTransport */
/** @typedef {import('mediasoup').types.PlainTransport} PlainTransport */

const LOOPBACK = '127.0.0.1';
/** Payload type of injected Opus, and the router's own, so that taps see the same number. */
const OPUS_PAYLOAD_TYPE = 100;

const OPUS = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } };

/** @type {import('mediasoup').types.RouterRtpCodecCapability[]} DTX and FEC are used where a producer asks for them. */
const CODECS = [
  { kind: 'audio', ...OPUS, preferredPayloadType: OPUS_PAYLOAD_TYPE },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101 },
];

/**
 * @typedef {object} Options
 * @property {import('./config.js').Limits} limits
 * @property {{min: number, max: number}} plainPorts
 * @property {import('./media.js').MediaPool['counts']} counts
 * @property {(media: RoomMedia) => void} onClosed Called by `close`, not when the worker died.
 */

/**
 * @typedef {object} Tap
 * @property {string} tapId
 * @property {number} ssrc
 * @property {number} payloadType
 * @property {() => void} close
 * @property {(then: () => void) => void} onClose Also called when the producer closes, or at once if it has.
 */

export class RoomMedia {
  #router;
  #server;
  #options;
  #speakers;
  /** @type {Map<string, () => void>} Whom to tell that this voice is the loudest, by producer. */ #loudest = new Map();
  #consumers = 0;
  /** @type {Map<string, Set<import('mediasoup').types.Consumer>>} By producer. */ #taps = new Map();
  /** @type {Set<string>} Producers of which no tap gets anything. */ #withheld = new Set();

  /**
   * @param {import('mediasoup').types.Router} router
   * @param {import('mediasoup').types.WebRtcServer} server
   * @param {import('mediasoup').types.ActiveSpeakerObserver} speakers
   * @param {Options} options
   */
  constructor(router, server, speakers, options) {
    this.#router = router;
    this.#speakers = speakers;
    speakers.on('dominantspeaker', ({ producer }) => this.#loudest.get(producer.id)?.());
    this.#server = server;
    this.#options = options;
  }

  /**
   * @param {import('mediasoup').types.Worker} worker
   * @param {import('mediasoup').types.WebRtcServer} server
   * @param {Options} options
   */
  static async open(worker, server, options) {
    const router = await worker.createRouter({ mediaCodecs: CODECS });
    return new RoomMedia(router, server, await router.createActiveSpeakerObserver(), options);
  }

  /** How much work this room is for its media worker, roughly: tracks that go out of it, and one for being there. */
  get load() {
    return 1 + this.#consumers;
  }

  /**
   * Counts a voice among those of which the loudest is told of.
   *
   * @param {import('mediasoup').types.Producer} producer
   * @param {() => void} onLoudest
   */
  async listenTo(producer, onLoudest) {
    this.#loudest.set(producer.id, onLoudest);
    producer.observer.once('close', () => {
      this.#loudest.delete(producer.id);
      this.#withheld.delete(producer.id);
    });
    await this.#speakers.addProducer({ producerId: producer.id });
  }

  get rtpCapabilities() {
    return this.#router.rtpCapabilities;
  }

  /** @param {'send' | 'recv'} direction As the browser sees it. @returns {Promise<WebRtcTransport>} */
  async createTransport(direction) {
    const { limits, counts } = this.#options;
    const transport = await this.#router.createWebRtcTransport({
      webRtcServer: this.#server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: limits.initialOutgoingBitrate,
    });
    counts.webrtc += 1;
    transport.observer.once('close', () => { counts.webrtc -= 1; });
    if (direction === 'send') await transport.setMaxIncomingBitrate(limits.incomingBitrate);
    return transport;
  }

  /**
   * @param {WebRtcTransport} transport
   * @param {string} producerId
   * @param {import('mediasoup').types.RtpCapabilities} rtpCapabilities
   * @returns {Promise<import('mediasoup').types.Consumer>} Paused.
   * @throws {RequestError} `bad_request`: these capabilities cannot receive this producer.
   */
  async consume(transport, producerId, rtpCapabilities) {
    const consumer = await withClientParameters(async () => {
      if (!this.#router.canConsume({ producerId, rtpCapabilities })) throw new TypeError('no codec fits the producer');
      return transport.consume({ producerId, rtpCapabilities, paused: true });
    });
    const { counts } = this.#options;
    counts.listeners += 1;
    this.#consumers += 1;
    consumer.observer.once('close', () => { counts.listeners -= 1; this.#consumers -= 1; });
    return consumer;
  }

  /**
   * Sends the RTP of an audio producer to a port of this machine.
   *
   * @param {string} producerId
   * @param {number} port
   * @returns {Promise<Tap>}
   */
  async tap(producerId, port) {
    const transport = await this.#plainTransport('tap', { rtcpMux: true, comedia: false });
    try {
      await transport.connect({ ip: LOOPBACK, port });
      const consumer = await transport.consume({ producerId, rtpCapabilities: this.#router.rtpCapabilities, paused: true });
      this.#options.counts.taps += 1;
      const taps = this.#taps.get(producerId) ?? new Set();
      this.#taps.set(producerId, taps.add(consumer));
      consumer.observer.once('close', () => {
        this.#options.counts.taps -= 1;
        if (taps.delete(consumer) && taps.size === 0) this.#taps.delete(producerId);
        transport.close();
      });
      if (!this.#withheld.has(producerId)) await consumer.resume();
      return {
        tapId: consumer.id,
        ssrc: /** @type {number} */ (consumer.rtpParameters.encodings?.[0]?.ssrc),
        payloadType: /** @type {number} */ (consumer.rtpParameters.codecs[0]?.payloadType),
        close: () => transport.close(),
        onClose: (then) => { if (consumer.closed) then(); else consumer.observer.once('close', then); },
      };
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  /**
   * @param {string} producerId
   * @param {boolean} withheld Whether taps, also those to come, get nothing of it. Holds when this has resolved.
   */
  async withhold(producerId, withheld) {
    if (withheld) this.#withheld.add(producerId);
    else this.#withheld.delete(producerId);
    await Promise.all([...(this.#taps.get(producerId) ?? [])].map(async (tap) => {
      try {
        await (withheld ? tap.pause() : tap.resume());
      } catch (error) {
        if (!tap.closed) throw error;
      }
    }));
  }

  /**
   * Takes Opus RTP (48 kHz, payload type 100) from whoever on this machine first sends to the port.
   *
   * @param {number} ssrc
   * @returns {Promise<{producerId: string, port: number, handle: import('./tracks.js').Handle}>}
   */
  async inject(ssrc) {
    const transport = await this.#plainTransport('inject', { rtcpMux: true, comedia: true });
    try {
      const producer = await transport.produce({
        kind: 'audio',
        rtpParameters: { codecs: [{ ...OPUS, payloadType: OPUS_PAYLOAD_TYPE }], encodings: [{ ssrc }] },
      });
      return {
        producerId: producer.id,
        port: transport.tuple.localPort,
        handle: { pause: () => producer.pause(), resume: () => producer.resume(), close: () => transport.close() },
      };
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  close() {
    this.#options.onClosed(this);
    this.#router.close();
  }

  /**
   * @param {'tap' | 'inject'} use
   * @param {{rtcpMux: boolean, comedia: boolean}} options
   * @returns {Promise<PlainTransport>} On loopback only.
   * @throws {RequestError} `limit`: every port is in use.
   */
  async #plainTransport(use, options) {
    const { counts, plainPorts } = this.#options;
    if (counts.tap + counts.inject > plainPorts.max - plainPorts.min) {
      throw new RequestError('limit', 'Every port for taps and injections is in use: close some, or raise SFU_PLAIN_PORT_MAX.');
    }
    const listenInfo = { protocol: /** @type {const} */ ('udp'), ip: LOOPBACK, portRange: plainPorts };
    const transport = await this.#router.createPlainTransport({ listenInfo, ...options });
    counts[use] += 1;
    transport.observer.once('close', () => { counts[use] -= 1; });
    return transport;
  }
}
