/**
 * A person in a room: what their connection may do there. Their place and their media outlive a lost socket for a while,
 * so that a page which comes back in time goes on where it was.
 */

import { randomUUID } from 'node:crypto';

import { Allowance } from './allowance.js';
import { RequestError, withClientParameters } from './errors.js';
import { Transports } from './transports.js';
import { find } from './methods.js';
import { METHODS } from './participant-methods.js';
import { qualityOf } from './quality.js';
import { TO_SEND } from './rights.js';

/** @typedef {import('./session.js').Role} Role */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./room.js').Member} Member */
/** @typedef {import('./room-media.js').RoomMedia} RoomMedia */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./tokens.js').ParticipantClaims} ParticipantClaims */
/** @typedef {ParticipantClaims & {expired: boolean, issued: number}} Verified */
/** @typedef {import('zod').output<typeof import('./schemas.js').participantData['produce']>} Produce */
/** @typedef {import('zod').output<typeof import('./schemas.js').participantData['consume']>} Consume */
/** @typedef {import('zod').output<typeof import('./schemas.js').participantData['type']>} Typed */

/**
 * @typedef {object} Services
 * @property {import('./rooms.js').Rooms<RoomMedia>} rooms
 * @property {import('./tokens.js').Verify} verify
 * @property {import('./config.js').Limits} limits
 */

/** @implements {Role} @implements {Member} */
export class Participant {
  owner = null;
  /** @type {Session | null} null while their socket is lost. */ #session;
  #services;
  #room;
  #media;
  #transports;
  #left = false;
  #hands;
  #untranslated;
  #interpreting;
  #resume = randomUUID();
  /** When `web` last decided about their rights, ms since the epoch: tokens from before say less. */ #judged = 0;
  /** @type {NodeJS.Timeout | undefined} */ #forgetting;

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
    this.rights = claims.rights;
    this.#session = session;
    this.#services = services;
    this.#room = room;
    this.#media = media;
    const { limits } = services;
    this.#hands = new Allowance(limits.hands, limits.handsWithin);
    this.#untranslated = new Allowance(limits.untranslated, limits.untranslatedWithin);
    this.#interpreting = new Allowance(limits.interpreting, limits.interpretingWithin);
    this.#transports = new Transports(media, services.limits, {
      onSendingEnded: () => this.#stopSending(),
      onFlood: () => this.dismiss('too_much_media', 'You send far more than the SFU asks for: obey its congestion control.'),
    });
  }

  /**
   * Lets a person in. An older connection of theirs is replaced, or gone on with where the page can say which it was.
   *
   * @param {Session} session
   * @param {Verified} claims Expired ones are good for going on.
   * @param {Services} services
   * @param {string} [resume] What the hello of the lost connection answered.
   * @returns {Promise<{role: Participant, answer: object}>}
   * @throws {RequestError}
   */
  static enter(session, claims, services, resume) {
    services.rooms.rightsOf(claims); // refuses before anything is opened for it, and once more when that is done
    return services.rooms.enter(claims.room, (room, media) => {
      const theirs = { ...claims, rights: services.rooms.rightsOf(claims) };
      if (session.ended) throw new RequestError('conflict', 'The connection has ended.');
      const older = room.member(claims.sub);
      if (older instanceof Participant && older.#resume === resume) {
        older.#goOn(session, theirs);
        return { role: older, answer: older.#welcome(true) };
      }
      if (claims.expired) throw new RequestError('unauthorized', 'The token has expired: get a new one.');
      if (older?.owner === null) older.dismiss('replaced', 'You have joined from another page or device.');
      const role = new Participant(session, theirs, services, room, media);
      room.join(role, claims.capacity);
      return { role, answer: role.#welcome(false) };
    }, session.household);
  }

  get fields() {
    return { role: 'participant', room: this.#room.id, participant: this.id };
  }

  get messagesPerSecond() {
    return this.#services.limits.messagesPerSecond;
  }

  /** @param {string} event @param {object} data */
  send(event, data) {
    this.#session?.send(event, data);
  }

  /** @param {import('./errors.js').ClosingCode} code @param {string} message */
  dismiss(code, message) {
    if (this.#session) this.#session.dismiss(code, message);
    else this.#leave();
  }

  /** @param {string} name @param {unknown} data @returns {Promise<object>} */
  async call(name, data) {
    return find(METHODS, name)(this, data);
  }

  /** @param {Session} session @param {import('./session.js').Ending} how */
  gone(session, how) {
    if (session !== this.#session) return; // they have gone on with a newer socket
    this.#session = null;
    if (how === 'left') return this.#leave();
    this.#forgetting = setTimeout(() => this.#leave(), this.#services.limits.resumeWithin);
    this.#forgetting.unref();
  }

  /** @param {string} token */
  async renew(token) {
    const claims = await this.#services.verify(token);
    if (claims.role !== 'participant' || claims.sub !== this.id || claims.room !== this.#room.id) {
      throw new RequestError('unauthorized', 'The token is for somebody else or another room: get one for this participant.');
    }
    this.#become({ ...claims, rights: this.#services.rooms.rightsOf(claims) });
    return {};
  }

  stay() {
    this.#room.stay();
    return {};
  }

  raiseHand() {
    this.#hands.take();
    this.#room.floor.raiseHand(this.id);
    return {};
  }

  /** @param {string} [participant] Whose hand; their own without. */
  lowerHand(participant = this.id) {
    if (participant !== this.id) this.#mustModerate();
    this.#hands.take();
    this.#room.floor.lowerHands(this.id, [participant]);
    return {};
  }

  /** @param {string} [participant] Whose turn is over; their own without. */
  endTurn(participant = this.id) {
    if (participant !== this.id) this.#mustModerate();
    this.#hands.take();
    this.#room.floor.endTurn(participant);
    return {};
  }

  lowerHands() {
    this.#mustModerate();
    this.#hands.take();
    this.#room.floor.lowerHands(this.id);
    return {};
  }

  /** @param {string} pair What they interpret from now on. */
  interpret(pair) {
    this.#interpreting.take();
    this.#room.floor.interpret(this, pair);
    return {};
  }

  stopInterpreting() {
    this.#room.floor.stopInterpreting(this);
    return {};
  }

  /** Their transports and what they receive. */
  get transports() {
    return this.#transports;
  }

  /** @param {Produce} data */
  async produce({ transportId, kind, source, rtpParameters, untranslated }) {
    const transport = this.#transports.sending(transportId);
    this.#mustBeAllowed(source);
    this.#room.admit(this, source);
    const producer = await withClientParameters(() =>
      transport.produce({ kind, rtpParameters: /** @type {import('mediasoup').types.RtpParameters} */ (rtpParameters) }),
    );
    if (untranslated) {
      await this.#media.withhold(producer.id, true); // nobody can tap it yet
      producer.observer.once('close', () => void this.#media.withhold(producer.id, false));
    }
    if (producer.closed || this.#left) throw new RequestError('not_found', 'The transport has closed meanwhile.');
    try {
      this.#mustBeAllowed(source);
      this.#room.admit(this, source);
    } catch (error) {
      producer.close();
      throw error;
    }
    const { id: producerId } = producer;
    this.#room.publish({
      producerId, participant: this.id, kind, source, track: 'original', label: null, paused: false, quality: 'good', untranslated,
      owner: this, handle: producer,
    });
    // A still screen sends nothing, which would count as a bad connection.
    if (source !== 'screen') producer.on('score', (scores) => this.#room.setQuality(producerId, qualityOf(scores)));
    if (source === 'voice') await this.#media.listenTo(producer, () => this.#room.dominate(this.id));
    return { producerId };
  }

  /** @param {string} producerId @param {boolean} paused */
  async setPaused(producerId, paused) {
    await this.#room.setPaused(this, producerId, paused);
    return {};
  }

  /**
   * What they say is heard by people alone, or no longer so. When this is done, no tap gets any more of it.
   *
   * @param {string} producerId
   * @param {boolean} untranslated
   */
  async setUntranslated(producerId, untranslated) {
    const track = this.#room.track(producerId);
    if (track?.owner === this && track.source !== 'voice') throw new RequestError('bad_request', 'Only a voice is translated.');
    if (track?.owner === this) {
      if (untranslated) { // to be translated again is never too often
        this.#untranslated.take();
        this.#room.stay();
      }
      await this.#media.withhold(producerId, untranslated);
    }
    this.#room.setUntranslated(this, producerId, untranslated);
    return {};
  }

  /** @param {string} producerId */
  closeProducer(producerId) {
    this.#room.unpublish(this, producerId);
    return {};
  }

  /** @param {Consume} data */
  async consume(data) {
    if (!this.#room.track(data.producerId)) {
      throw new RequestError('not_found', 'There is no such producer here: it may have been closed.');
    }
    return this.#transports.consume(data);
  }

  /** @param {Typed} data */
  type(data) {
    if (!this.rights.includes('captions')) throw new RequestError('forbidden', 'You may not say anything in this room: ask a host.');
    this.#room.type(this.id, data);
    return {};
  }

  /** @param {boolean} resumed Whether their media has gone on meanwhile. */
  #welcome(resumed) {
    return {
      participant: this.id,
      room: this.#room.id,
      rights: this.rights,
      resume: this.#resume,
      resumed,
      routerRtpCapabilities: this.#media.rtpCapabilities,
      ...this.#room.view(this.id),
      bridge: this.#services.rooms.bridgeState,
    };
  }

  /** @param {import('./rights.js').Rights} rights */
  judge(rights) {
    this.#judged = Date.now();
    this.#hold(rights);
    if (!this.#left) this.#room.update(this);
  }

  /** @param {import('./rights.js').Rights} rights */
  #hold(rights) {
    const before = this.rights;
    this.rights = rights;
    this.#room.restrict(this);
    if (JSON.stringify(before) !== JSON.stringify(rights)) this.send('rights', { rights });
  }

  /** @param {import('./tracks.js').Source} source @throws {RequestError} `forbidden` */
  #mustBeAllowed(source) {
    if (!this.rights.includes(TO_SEND[source])) throw new RequestError('forbidden', `You may not send a ${source} in this room: ask a host.`);
  }

  /** @throws {RequestError} `forbidden` */
  #mustModerate() {
    if (!this.rights.includes('moderate')) throw new RequestError('forbidden', 'Only a host decides this for others.');
  }

  /** @param {Session} session @param {Verified} claims */
  #goOn(session, claims) {
    const before = this.#session;
    this.#session = session;
    clearTimeout(this.#forgetting);
    before?.dismiss('replaced', 'You have come back on another connection.');
    const same = JSON.stringify([claims.meta, claims.rights]) === JSON.stringify([this.meta, this.rights]);
    if (!same) this.#become(claims);
  }

  /** @param {Verified} claims Of the same person: newer ones, or older ones with which they go on. */
  #become({ meta, rights, issued }) {
    this.meta = meta;
    if (issued > this.#judged / 1_000) this.#hold(rights);
    if (!this.#left) this.#room.update(this);
  }

  #leave() {
    if (this.#left) return;
    this.#left = true;
    clearTimeout(this.#forgetting);
    this.#services.rooms.leave(this.#room, this);
    this.#transports.close();
  }

  #stopSending() {
    for (const track of this.#room.tracks) if (track.owner === this) this.#room.unpublish(this, track.producerId);
  }
}
