/** What a person's connection may do: send and receive media in one room. */

import { RequestError, withClientParameters } from './errors.js';
import { find, method } from './methods.js';
import { participantData } from './schemas.js';

/** @typedef {import('./session.js').Role} Role */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./room.js').Member} Member */
/** @typedef {import('./room-media.js').RoomMedia} RoomMedia */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./tokens.js').ParticipantClaims} ParticipantClaims */
/** @typedef {import('zod').output<typeof participantData['produce']>} Produce */
/** @typedef {import('zod').output<typeof participantData['consume']>} Consume */
/** @typedef {import('zod').output<typeof participantData['connectTransport']>} ConnectTransport */
/** @typedef {{direction: 'send' | 'recv', transport: import('./room-media.js').WebRtcTransport, connected: boolean}} Leg */

/**
 * @typedef {object} Services
 * @property {import('./rooms.js').Rooms<RoomMedia>} rooms
 * @property {import('./tokens.js').Verify} verify
 * @property {import('./config.js').Limits} limits
 */

/** @implements {Role} @implements {Member} */
export class Participant {
  owner = null;
  #session;
  #services;
  #room;
  #media;
  /** @type {Map<string, Leg>} */ #legs = new Map();
  /** @type {Map<string, import('mediasoup').types.Consumer>} */ #consumers = new Map();

  /**
   * @param {Session} session
   * @param {ParticipantClaims} claims
   * @param {Services} services
   * @param {Room} room
   * @param {RoomMedia} media
   */
  constructor(session, claims, services, room, media) {
    this.id = claims.sub;
    this.meta = claims.meta;
    this.#session = session;
    this.#services = services;
    this.#room = room;
    this.#media = media;
  }

  /**
   * Lets a person in; an older connection of theirs is replaced.
   *
   * @param {Session} session
   * @param {ParticipantClaims} claims
   * @param {Services} services
   * @returns {Promise<{role: Participant, answer: object}>}
   * @throws {RequestError}
   */
  static enter(session, claims, services) {
    return services.rooms.enter(claims.room, (room, media) => {
      if (session.ended) throw new RequestError('conflict', 'The connection has ended.');
      const older = room.member(claims.sub);
      if (older?.owner === null) older.dismiss('replaced', 'You have joined from another page or device.');
      const role = new Participant(session, claims, services, room, media);
      room.join(role, claims.capacity);
      const answer = {
        participant: role.id,
        room: room.id,
        routerRtpCapabilities: media.rtpCapabilities,
        ...room.view(role.id),
        bridge: services.rooms.bridgeState,
      };
      return { role, answer };
    });
  }

  get fields() {
    return { role: 'participant', room: this.#room.id, participant: this.id };
  }

  get messagesPerSecond() {
    return this.#services.limits.messagesPerSecond;
  }

  /** @param {string} event @param {object} data */
  send(event, data) {
    this.#session.send(event, data);
  }

  /** @param {import('./errors.js').ClosingCode} code @param {string} message */
  dismiss(code, message) {
    this.#session.dismiss(code, message);
  }

  /** @param {string} name @param {unknown} data @returns {Promise<object>} */
  async call(name, data) {
    return find(METHODS, name)(this, data);
  }

  leave() {
    this.#services.rooms.leave(this.#room, this);
    for (const { transport } of this.#legs.values()) transport.close();
  }

  /** @param {string} token */
  async renew(token) {
    const claims = await this.#services.verify(token);
    if (claims.role !== 'participant' || claims.sub !== this.id || claims.room !== this.#room.id) {
      throw new RequestError('unauthorized', 'The token is for somebody else or another room: get one for this participant.');
    }
    this.meta = claims.meta;
    if (!this.#session.ended) this.#room.update(this);
    return {};
  }

  /** @param {'send' | 'recv'} direction */
  async createTransport(direction) {
    if ([...this.#legs.values()].some((leg) => leg.direction === direction)) {
      throw new RequestError('conflict', `There is a ${direction} transport: use restartIce to repair it.`);
    }
    const transport = await this.#media.createTransport(direction);
    if (this.#session.ended) transport.close();
    this.#legs.set(transport.id, { direction, transport, connected: false });
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.#dropTransport(transport.id);
    });
    const { id: transportId, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { transportId, iceParameters, iceCandidates, dtlsParameters };
  }

  /** @param {ConnectTransport} data */
  async connectTransport({ transportId, dtlsParameters }) {
    const leg = this.#leg(transportId);
    if (leg.connected) throw new RequestError('conflict', 'This transport is connected: use restartIce to repair it.');
    await withClientParameters(() => leg.transport.connect({ dtlsParameters }));
    leg.connected = true;
    return {};
  }

  /** @param {string} transportId */
  async restartIce(transportId) {
    return { iceParameters: await this.#leg(transportId).transport.restartIce() };
  }

  /** @param {Produce} data */
  async produce({ transportId, kind, rtpParameters }) {
    const { direction, transport } = this.#leg(transportId);
    if (direction !== 'send') throw new RequestError('bad_request', 'Produce on the send transport.');
    const { audioProducers, videoProducers } = this.#services.limits;
    const most = kind === 'audio' ? audioProducers : videoProducers;
    if (this.#room.tracks.filter((track) => track.owner === this && track.kind === kind).length >= most) {
      throw new RequestError('limit', `You have ${most} ${kind} producer(s) already: close one first.`);
    }
    const producer = await withClientParameters(() =>
      transport.produce({ kind, rtpParameters: /** @type {import('mediasoup').types.RtpParameters} */ (rtpParameters) }),
    );
    if (producer.closed || this.#session.ended) throw new RequestError('not_found', 'The transport has closed meanwhile.');
    const { id: producerId } = producer;
    this.#room.publish({
      producerId, participant: this.id, kind, track: 'original', label: null, paused: false, owner: this, handle: producer,
    });
    return { producerId };
  }

  /** @param {string} producerId @param {boolean} paused */
  async setPaused(producerId, paused) {
    await this.#room.setPaused(this, producerId, paused);
    return {};
  }

  /** @param {string} producerId */
  closeProducer(producerId) {
    this.#room.unpublish(this, producerId);
    return {};
  }

  /** @param {Consume} data */
  async consume({ producerId, rtpCapabilities }) {
    const leg = [...this.#legs.values()].find(({ direction }) => direction === 'recv');
    if (!leg) throw new RequestError('conflict', 'Create a recv transport first.');
    if (!this.#room.track(producerId)) {
      throw new RequestError('not_found', 'There is no such producer here: it may have been closed.');
    }
    if (this.#consumers.size >= this.#services.limits.consumers) {
      throw new RequestError('limit', 'You have too many consumers: close some first.');
    }
    const consumer = await this.#media.consume(
      leg.transport, producerId, /** @type {import('mediasoup').types.RtpCapabilities} */ (rtpCapabilities),
    );
    if (consumer.closed) throw new RequestError('not_found', 'The producer has been closed meanwhile.');
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
    const { id: consumerId, kind, rtpParameters, producerPaused } = consumer;
    return { consumerId, producerId, kind, rtpParameters, producerPaused };
  }

  /** @param {string} consumerId */
  async resumeConsumer(consumerId) {
    await this.#consumer(consumerId).resume();
    return {};
  }

  /** @param {string} consumerId */
  closeConsumer(consumerId) {
    this.#consumer(consumerId).close();
    return {};
  }

  /** @param {string} transportId @returns {Leg} */
  #leg(transportId) {
    const leg = this.#legs.get(transportId);
    if (!leg) throw new RequestError('not_found', 'You have no transport with this id: create one.');
    return leg;
  }

  /** @param {string} consumerId */
  #consumer(consumerId) {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) throw new RequestError('not_found', 'You have no consumer with this id: its producer may have been closed.');
    return consumer;
  }

  /** The browser has ended this transport; its place is free for another. @param {string} transportId */
  #dropTransport(transportId) {
    const leg = this.#legs.get(transportId);
    if (!leg) return;
    const { direction, transport } = leg;
    this.#legs.delete(transportId);
    transport.close();
    if (direction === 'recv') return;
    for (const track of this.#room.tracks) if (track.owner === this) this.#room.unpublish(this, track.producerId);
  }
}

/**
 * @template {import('zod').ZodType} S
 * @param {S} schema
 * @param {(role: Participant, data: import('zod').output<S>) => object | Promise<object>} run
 */
const on = (schema, run) => method(schema, run);

const METHODS = new Map(Object.entries({
  renew: on(participantData.renew, (role, { token }) => role.renew(token)),
  createTransport: on(participantData.createTransport, (role, { direction }) => role.createTransport(direction)),
  connectTransport: on(participantData.connectTransport, (role, data) => role.connectTransport(data)),
  restartIce: on(participantData.restartIce, (role, { transportId }) => role.restartIce(transportId)),
  produce: on(participantData.produce, (role, data) => role.produce(data)),
  pauseProducer: on(participantData.pauseProducer, (role, { producerId }) => role.setPaused(producerId, true)),
  resumeProducer: on(participantData.resumeProducer, (role, { producerId }) => role.setPaused(producerId, false)),
  closeProducer: on(participantData.closeProducer, (role, { producerId }) => role.closeProducer(producerId)),
  consume: on(participantData.consume, (role, data) => role.consume(data)),
  resumeConsumer: on(participantData.resumeConsumer, (role, { consumerId }) => role.resumeConsumer(consumerId)),
  closeConsumer: on(participantData.closeConsumer, (role, { consumerId }) => role.closeConsumer(consumerId)),
}));
