/** What a bridge's connection may do: tap voices, bring in dubbed tracks and recorded speakers, post notices. */

import { RequestError } from './errors.js';
import { find, method } from './methods.js';
import { bridgeData } from './schemas.js';

/** @typedef {import('./session.js').Role} Role */
/** @typedef {import('./rooms.js').ConnectedBridge} ConnectedBridge */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./room.js').Member} Member */
/** @typedef {import('zod').output<typeof bridgeData['tap']>} Tap */
/** @typedef {import('zod').output<typeof bridgeData['claim']>} Claim */
/** @typedef {import('zod').output<typeof bridgeData['spoke']>} Spoke */
/** @typedef {import('zod').output<typeof bridgeData['addParticipant']>} AddParticipant */
/** @typedef {import('zod').output<typeof bridgeData['removeParticipant']>} RemoveParticipant */
/** @typedef {import('zod').output<typeof bridgeData['inject']>} Inject */
/** @typedef {import('zod').output<typeof bridgeData['listening']>} Listening */
/** @typedef {import('zod').output<typeof bridgeData['notice']>} Notice */
/** @typedef {import('zod').output<typeof bridgeData['published']>} Published */

/** @implements {Role} @implements {ConnectedBridge} */
export class Bridge {
  #session;
  #services;
  /** @type {Map<string, {room: string, close: () => void}>} */ #taps = new Map();

  /**
   * @param {import('./session.js').Session} session
   * @param {import('./tokens.js').BridgeClaims} claims
   * @param {import('./participant.js').Services} services
   */
  constructor(session, claims, services) {
    this.id = claims.sub;
    this.#session = session;
    this.#services = services;
  }

  /**
   * Lets a bridge in; an older connection of the same bridge is replaced.
   *
   * @param {import('./session.js').Session} session
   * @param {import('./tokens.js').BridgeClaims} claims
   * @param {import('./participant.js').Services} services
   * @returns {{role: Bridge, answer: object}}
   */
  static enter(session, claims, services) {
    const role = new Bridge(session, claims, services);
    services.rooms.addBridge(role);
    return { role, answer: { rooms: services.rooms.open.map((room) => room.describe()), bridges: services.rooms.bridgeIds } };
  }

  get fields() {
    return { role: 'bridge', bridge: this.id };
  }

  get messagesPerSecond() {
    return this.#services.limits.bridgeMessagesPerSecond;
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

  gone() {
    this.#services.rooms.removeBridge(this);
    for (const { close } of this.#taps.values()) close();
  }

  /** @param {string} room */
  release(room) {
    for (const tap of [...this.#taps.values()]) if (tap.room === room) tap.close();
  }

  /** @param {Claim} data */
  claim({ room, fence }) {
    return { fence: this.#services.rooms.get(room).room.claim(this, fence) };
  }

  /** @param {Spoke} data */
  spoke({ room: id, fence }) {
    const { room } = this.#services.rooms.get(id);
    room.checkFence(fence);
    room.spoken();
    return {};
  }

  /** @param {Tap} data */
  async tap({ producerId, port, fence }) {
    const { room, media, track } = this.#services.rooms.withTrack(producerId);
    room.checkFence(fence);
    if (track.kind !== 'audio') throw new RequestError('bad_request', 'Only audio can be tapped: choose an audio producer.');
    if (!room.member(track.participant)?.rights.includes('captions')) {
      throw new RequestError('forbidden', 'What this participant says is not to be written down.');
    }
    const { tapId, ssrc, payloadType, close, onClose } = await media.tap(producerId, port);
    this.#taps.set(tapId, { room: room.id, close });
    onClose(() => this.#taps.delete(tapId));
    if (this.#session.ended) close();
    try {
      room.checkFence(fence); // once more: the room may have been claimed meanwhile
    } catch (error) {
      close();
      throw error;
    }
    return { tapId, ssrc, payloadType };
  }

  /** @param {string} tapId */
  untap(tapId) {
    const tap = this.#taps.get(tapId);
    if (!tap) throw new RequestError('not_found', 'You have no tap with this id: its producer may have been closed.');
    tap.close();
    return {};
  }

  /** @param {AddParticipant} data */
  addParticipant({ room: roomId, participant, meta }) {
    const { room } = this.#services.rooms.get(roomId);
    room.join({ id: participant, meta, rights: ['audio', 'captions'], owner: this, send: nobodyListens, dismiss: nobodyListens, judge: nobodyListens });
    return {};
  }

  /** @param {RemoveParticipant} data */
  removeParticipant({ room: roomId, participant }) {
    const { room } = this.#services.rooms.get(roomId);
    room.leave(this.#recorded(room, participant));
    return {};
  }

  /** @param {Inject} data */
  async inject(data) {
    const { room, media } = this.#services.rooms.get(data.room);
    this.#checkInjection(room, data);
    const { producerId, port, handle } = await media.inject(data.ssrc);
    try {
      if (room.closed || this.#session.ended) throw new RequestError('not_found', 'The room has closed meanwhile.');
      this.#checkInjection(room, data);
    } catch (error) {
      handle.close();
      throw error;
    }
    const { participant, track, label } = data;
    room.publish({ producerId, participant, kind: 'audio', source: 'voice', track, label, paused: false, quality: 'good', untranslated: false, owner: this, handle });
    return { producerId, port };
  }

  /** @param {string} producerId @param {boolean} paused */
  async setPaused(producerId, paused) {
    await this.#roomOf(producerId).setPaused(this, producerId, paused);
    return {};
  }

  /** @param {string} producerId */
  closeProducer(producerId) {
    this.#roomOf(producerId).unpublish(this, producerId);
    return {};
  }

  /** @param {Listening} data */
  listening({ room: id, participant, fence, ...heard }) {
    const { room } = this.#services.rooms.get(id);
    room.checkFence(fence);
    room.listening(this, participant, heard);
    return {};
  }

  /** @param {Notice} data */
  notice({ room: id, key, payload, fence }) {
    const { room } = this.#services.rooms.get(id);
    room.checkFence(fence);
    room.notice(this, key, payload);
    return {};
  }

  /** @param {Published} data */
  published({ room: id, fence, ...line }) {
    const { room } = this.#services.rooms.get(id);
    room.checkFence(fence);
    room.published(line);
    return {};
  }

  /** @param {string} producerId @returns {Room} */
  #roomOf(producerId) {
    return this.#services.rooms.withTrack(producerId).room;
  }

  /** @param {Room} room @param {string} id @returns {Member} A recorded speaker of this bridge. */
  #recorded(room, id) {
    const member = room.member(id);
    if (member?.owner !== this) {
      throw new RequestError('not_found', 'You have no recorded speaker with this id here: add one first.');
    }
    return member;
  }

  /** Called before and after the port is opened: the room may have changed. @param {Room} room @param {Inject} data */
  #checkInjection(room, { participant, track, label, fence }) {
    room.checkFence(fence);
    if (track === 'original') this.#recorded(room, participant);
    if (!room.member(participant)) throw new RequestError('not_found', 'This participant is not in the room.');
    const others = room.tracks.filter((each) => each.participant === participant && each.track === track);
    if (others.some((each) => each.label === label)) throw new RequestError('conflict', 'This participant has such a track already: close it first.');
  }
}

/** A recorded speaker has nobody to tell. */
const nobodyListens = () => {};

/**
 * @template {import('zod').ZodType} S
 * @param {S} schema
 * @param {(role: Bridge, data: import('zod').output<S>) => object | Promise<object>} run
 */
const on = (schema, run) => method(schema, run);

const METHODS = new Map(Object.entries({
  claim: on(bridgeData.claim, (role, data) => role.claim(data)),
  spoke: on(bridgeData.spoke, (role, data) => role.spoke(data)),
  tap: on(bridgeData.tap, (role, data) => role.tap(data)),
  untap: on(bridgeData.untap, (role, { tapId }) => role.untap(tapId)),
  addParticipant: on(bridgeData.addParticipant, (role, data) => role.addParticipant(data)),
  removeParticipant: on(bridgeData.removeParticipant, (role, data) => role.removeParticipant(data)),
  inject: on(bridgeData.inject, (role, data) => role.inject(data)),
  pauseProducer: on(bridgeData.pauseProducer, (role, { producerId }) => role.setPaused(producerId, true)),
  resumeProducer: on(bridgeData.resumeProducer, (role, { producerId }) => role.setPaused(producerId, false)),
  closeProducer: on(bridgeData.closeProducer, (role, { producerId }) => role.closeProducer(producerId)),
  listening: on(bridgeData.listening, (role, data) => role.listening(data)),
  notice: on(bridgeData.notice, (role, data) => role.notice(data)),
  published: on(bridgeData.published, (role, data) => role.published(data)),
}));
