/** All rooms and all bridges: rooms open with their first participant and close with their last person. */

import { RequestError } from './errors.js';
import { Recent } from './recent.js';
import { Room } from './room.js';

/** @typedef {import('./rights.js').Rights} Rights */
/** @typedef {import('./room.js').Bridge & {dismiss: import('./room.js').Member['dismiss']}} ConnectedBridge */

/**
 * @template M
 * @typedef {object} Slot A room with its media, or on its way to having it.
 * @property {Promise<void>} opening
 * @property {{room: Room, media: M} | null} open
 * @property {boolean} dead Its media died; nobody may enter any more.
 * @property {string} opener The household that opened it; empty: this machine.
 * @property {number} entering Callers of `enter` that wait; a slot with any is not closed.
 */

/** What people are told when `web` ends a call. */
const ENDED = Object.freeze({
  room_closed: 'The room has been closed.',
  call_ended: 'A host has ended the call.',
  moved: 'This call is held on another server: a new token leads there.',
});

/** @template {{close(): void}} M What carries a room's media. */
export class Rooms {
  /** @type {Map<string, Slot<M>>} */ #slots = new Map();
  /** @type {Set<ConnectedBridge>} */ #bridges = new Set();
  #options;
  /** @type {Recent<true>} Closed rooms, and those whose call was ended. */ #closings = new Recent();
  /** @type {Recent<Rights | null>} Rights by room and participant; null: they have been removed. */ #standings = new Recent();

  /**
   * @param {object} options
   * @param {(onDied: () => void) => Promise<M>} options.openMedia Rejects when no media worker is there; calls `onDied`
   *   when the media of this room is lost.
   * @param {number} options.maxRooms
   * @param {number} options.roomsPerAddress Opened by one household; 0: no limit.
   * @param {import('./room.js').Limits} options.perRoom
   */
  constructor(options) {
    this.#options = options;
  }

  /** Rooms that are open. */
  get open() {
    return [...this.#slots.values()].flatMap((slot) => (slot.open ? [slot.open.room] : []));
  }

  get bridges() {
    return this.#bridges.size;
  }

  /** Ids of all bridges. */
  get bridgeIds() {
    return [...this.#bridges].map(({ id }) => id);
  }

  /** Whether any bridge is there. @returns {'up' | 'down'} */
  get bridgeState() {
    return this.#bridges.size > 0 ? 'up' : 'down';
  }

  /**
   * Opens the room unless it is open, then lets the caller in.
   *
   * @template T
   * @param {string} id
   * @param {(room: Room, media: M) => T} join Must not wait; the room stays open if a person has joined in it.
   * @param {string} [opener] The household of whoever comes; empty: this machine.
   * @returns {Promise<T>}
   * @throws {RequestError} `limit`: too many rooms; `internal`: its media died meanwhile.
   */
  async enter(id, join, opener = '') {
    const slot = this.#slots.get(id) ?? this.#create(id, opener);
    slot.entering += 1;
    try {
      await slot.opening;
      if (slot.dead || !slot.open) throw new RequestError('internal', 'The media worker died: come back with a new token.');
      return join(slot.open.room, slot.open.media);
    } finally {
      slot.entering -= 1;
      this.#closeIfEmpty(id, slot);
    }
  }

  /**
   * @param {string} id
   * @returns {{room: Room, media: M}} A room that is open.
   * @throws {RequestError} `not_found`
   */
  get(id) {
    const open = this.#slots.get(id)?.open;
    if (!open) throw new RequestError('not_found', 'Nobody is in this room: wait for participantJoined.');
    return open;
  }

  /**
   * @param {string} producerId
   * @returns {{room: Room, media: M, track: import('./tracks.js').Track}} The open room that has this track.
   * @throws {RequestError} `not_found`
   */
  withTrack(producerId) {
    for (const { open } of this.#slots.values()) {
      const track = open?.room.track(producerId);
      if (open && track) return { ...open, track };
    }
    throw new RequestError('not_found', 'There is no producer with this id: it may have been closed.');
  }

  /** @param {Room} room @param {import('./room.js').Member} member */
  leave(room, member) {
    room.leave(member);
    const slot = this.#slots.get(room.id);
    if (slot?.open?.room === room) this.#closeIfEmpty(room.id, slot);
  }

  /** @param {ConnectedBridge} bridge The newest connection of a bridge replaces an older one of the same id. */
  addBridge(bridge) {
    for (const other of this.#bridges) {
      if (other.id === bridge.id) other.dismiss('replaced', 'A newer connection of this bridge has taken over.');
    }
    this.#bridges.add(bridge);
    this.#tellBridges(bridge);
    if (this.#bridges.size === 1) for (const room of this.open) room.announceBridge('up');
  }

  /** @param {ConnectedBridge} bridge */
  removeBridge(bridge) {
    if (!this.#bridges.delete(bridge)) return;
    this.#tellBridges();
    for (const room of this.open) {
      if (this.#bridges.size === 0) room.announceBridge('down');
      room.forget(bridge);
    }
  }

  /**
   * @param {{room: string, sub: string, rights: Rights, issued: number}} claims Of somebody who comes in or back.
   * @returns {Rights} Theirs: what they were given since the token was made, or else what it says.
   * @throws {RequestError} `unauthorized`: since then the room was closed, or they were removed.
   */
  rightsOf({ room, sub, rights, issued }) {
    if (this.#closings.since(room, issued)) throw new RequestError('unauthorized', 'The room has been closed: get a new token.');
    const standing = this.#standings.since(`${room}/${sub}`, issued);
    if (standing === null) throw new RequestError('unauthorized', 'You have been removed from this room.');
    return standing ?? rights;
  }

  /**
   * What a host has decided about people, whether they are in the room now or not.
   *
   * @param {string} id
   * @param {import('zod').output<typeof import('./schemas.js').order>} order
   */
  async obey(id, { mute, remove, rights, keeping, turns }) {
    const room = this.#slots.get(id)?.open?.room;
    for (const person of remove) {
      this.#standings.set(`${id}/${person}`, null);
      room?.member(person)?.dismiss('removed', 'A host has removed you from this call.');
    }
    for (const [person, theirs] of Object.entries(rights)) {
      this.#standings.set(`${id}/${person}`, theirs);
      room?.member(person)?.judge(theirs);
    }
    if (keeping !== undefined) room?.keep(keeping);
    if (turns !== undefined) room?.floor.takeTurns(turns);
    for (const person of mute) await room?.mute(person);
  }

  /**
   * Ends the call in a room for good: tokens from before open it no more.
   *
   * @param {string} id
   * @param {keyof typeof ENDED} [code] Whether the room is closed too, or another SFU has the call now.
   * @returns {boolean} Whether there was a call.
   */
  close(id, code = 'room_closed') {
    this.#closings.set(id, true);
    const slot = this.#slots.get(id);
    if (!slot?.open) return false;
    const { people } = slot.open.room;
    this.#end(id, slot);
    slot.open.media.close();
    for (const person of people) person.dismiss(code, ENDED[code]);
    return true;
  }

  /** Ends a call that nobody needs any more; whoever comes again opens the room anew. @param {Room} room */
  endIdle(room) {
    const slot = this.#slots.get(room.id);
    if (slot?.open?.room !== room) return;
    const { people } = room;
    this.#end(room.id, slot);
    slot.open.media.close();
    for (const person of people) person.dismiss('idle', 'The call has ended: nobody was talking any more.');
  }

  /** Who serves now. @param {ConnectedBridge} [except] Learns it from the answer to its hello. */
  #tellBridges(except) {
    for (const bridge of this.#bridges) if (bridge !== except) bridge.send('bridges', { bridges: this.bridgeIds });
  }

  /** @param {string} id @param {string} opener @returns {Slot<M>} */
  #create(id, opener) {
    if (this.#slots.size >= this.#options.maxRooms) {
      throw new RequestError('limit', 'There are too many rooms: try again later.');
    }
    const { roomsPerAddress } = this.#options;
    const theirs = opener ? [...this.#slots.values()].filter((slot) => slot.opener === opener).length : 0;
    if (roomsPerAddress > 0 && theirs >= roomsPerAddress) {
      throw new RequestError('limit', 'Too many calls have been opened from your address: end one of them first.');
    }
    /** @type {Slot<M>} */
    const slot = { opening: Promise.resolve(), open: null, dead: false, opener, entering: 0 };
    slot.opening = this.#openMedia(id, slot);
    this.#slots.set(id, slot);
    return slot;
  }

  /** @param {string} id @param {Slot<M>} slot */
  async #openMedia(id, slot) {
    const media = await this.#options.openMedia(() => this.#abort(id, slot));
    slot.open = { room: new Room(id, this.#bridges, this.#options.perRoom), media };
  }

  /** @param {string} id @param {Slot<M>} slot */
  #closeIfEmpty(id, slot) {
    if (slot.dead || slot.entering > 0 || (slot.open?.room.people.length ?? 0) > 0) return;
    this.#end(id, slot);
    slot.open?.media.close();
  }

  /** The media of this room is lost: say so to everybody in it. @param {string} id @param {Slot<M>} slot */
  #abort(id, slot) {
    const people = slot.open?.room.people ?? [];
    this.#end(id, slot);
    for (const person of people) person.dismiss('worker_died', 'The media worker died: come back with a new token.');
  }

  /** @param {string} id @param {Slot<M>} slot */
  #end(id, slot) {
    slot.dead = true;
    this.#slots.delete(id);
    if (!slot.open) return;
    slot.open.room.close();
    for (const bridge of this.#bridges) bridge.send('roomClosed', { room: id });
  }
}
