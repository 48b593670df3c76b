/** The two transports of a person, one each way, and what they receive. */

import { BitrateGuard } from './bitrate.js';
import { RequestError, withClientParameters } from './errors.js';

/** @typedef {import('./room-media.js').RoomMedia} RoomMedia */
/** @typedef {import('./room-media.js').WebRtcTransport} WebRtcTransport */
/** @typedef {import('zod').output<typeof import('./schemas.js').participantData['consume']>} Consume */
/** @typedef {import('zod').output<typeof import('./schemas.js').participantData['connectTransport']>} ConnectTransport */
/** @typedef {{direction: 'send' | 'recv', transport: WebRtcTransport, connected: boolean}} Entry */

export class Transports {
  /** @type {Map<string, Entry>} */ #transports = new Map();
  /** @type {Map<string, import('mediasoup').types.Consumer>} */ #consumers = new Map();
  #media;
  #limits;
  #told;
  #closed = false;

  /**
   * @param {RoomMedia} media
   * @param {Pick<import('./config.js').Limits, 'consumers' | 'cutBitrate' | 'bitrateEvery'>} limits
   * @param {object} told
   * @param {() => void} told.onSendingEnded The browser has ended the transport on which it sent.
   * @param {() => void} told.onFlood It sends more than it may.
   */
  constructor(media, limits, told) {
    this.#media = media;
    this.#limits = limits;
    this.#told = told;
  }

  close() {
    this.#closed = true;
    for (const { transport } of this.#transports.values()) transport.close();
  }

  /** @param {'send' | 'recv'} direction */
  async create(direction) {
    if ([...this.#transports.values()].some((entry) => entry.direction === direction)) {
      throw new RequestError('conflict', `There is a ${direction} transport: use restartIce to repair it.`);
    }
    const transport = await this.#media.createTransport(direction);
    if (this.#closed) transport.close();
    this.#transports.set(transport.id, { direction, transport, connected: false });
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.#drop(transport.id);
    });
    if (direction === 'send') this.#guard(transport);
    const { id: transportId, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { transportId, iceParameters, iceCandidates, dtlsParameters };
  }

  /** @param {ConnectTransport} data */
  async connect({ transportId, dtlsParameters }) {
    const entry = this.#entry(transportId);
    if (entry.connected) throw new RequestError('conflict', 'This transport is connected: use restartIce to repair it.');
    await withClientParameters(() => entry.transport.connect({ dtlsParameters }));
    entry.connected = true;
    return {};
  }

  /** @param {string} transportId */
  async restartIce(transportId) {
    return { iceParameters: await this.#entry(transportId).transport.restartIce() };
  }

  /** @param {string} transportId @returns {WebRtcTransport} On which the browser sends. */
  sending(transportId) {
    const { direction, transport } = this.#entry(transportId);
    if (direction !== 'send') throw new RequestError('bad_request', 'Produce on the send transport.');
    return transport;
  }

  /** @param {Consume} data A producer that is in the room; a consumer of it that there is gives its place up. */
  async consume({ producerId, rtpCapabilities }) {
    const entry = [...this.#transports.values()].find(({ direction }) => direction === 'recv');
    if (!entry) throw new RequestError('conflict', 'Create a recv transport first.');
    for (const older of this.#consumers.values()) if (older.producerId === producerId) older.close();
    if (this.#consumers.size >= this.#limits.consumers) {
      throw new RequestError('limit', 'You have too many consumers: close some first.');
    }
    const consumer = await this.#media.consume(
      entry.transport, producerId, /** @type {import('mediasoup').types.RtpCapabilities} */ (rtpCapabilities),
    );
    if (consumer.closed) throw new RequestError('not_found', 'The producer has been closed meanwhile.');
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
    const { id: consumerId, kind, rtpParameters, producerPaused } = consumer;
    return { consumerId, producerId, kind, rtpParameters, producerPaused };
  }

  /** @param {string} consumerId @param {boolean} paused */
  async setPaused(consumerId, paused) {
    const consumer = this.#consumer(consumerId);
    await (paused ? consumer.pause() : consumer.resume());
    return {};
  }

  /** @param {string} consumerId @param {number} layer The best spatial layer of a simulcast picture that is of use. */
  async preferLayer(consumerId, layer) {
    const consumer = this.#consumer(consumerId);
    if (consumer.type === 'simulcast') await consumer.setPreferredLayers({ spatialLayer: layer });
    return {};
  }

  /** @param {string} consumerId */
  closeConsumer(consumerId) {
    this.#consumer(consumerId).close();
    return {};
  }

  /** @param {WebRtcTransport} transport On which the browser sends. */
  #guard(transport) {
    const guard = new BitrateGuard({
      measure: async () => (await transport.getStats())[0]?.recvBitrate ?? 0,
      limit: this.#limits.cutBitrate,
      every: this.#limits.bitrateEvery,
      onOver: this.#told.onFlood,
    });
    transport.observer.once('close', () => guard.stop());
  }

  /** @param {string} transportId @returns {Entry} */
  #entry(transportId) {
    const entry = this.#transports.get(transportId);
    if (!entry) throw new RequestError('not_found', 'You have no transport with this id: create one.');
    return entry;
  }

  /** @param {string} consumerId */
  #consumer(consumerId) {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) throw new RequestError('not_found', 'You have no consumer with this id: its producer may have been closed.');
    return consumer;
  }

  /** The browser has ended this transport; its place is free for another. @param {string} transportId */
  #drop(transportId) {
    const entry = this.#transports.get(transportId);
    if (!entry) return;
    this.#transports.delete(transportId);
    entry.transport.close();
    if (entry.direction === 'send') this.#told.onSendingEnded();
  }
}
