/** Who is in one room: people, and the recorded speakers that bridges bring, with room for so many of each kind. */

import { RequestError } from './errors.js';
import { listensOnly } from './rights.js';

/** @typedef {(event: string, data: object) => void} Send */

/**
 * @typedef {object} Bridge Listens to every room; owns what it brought into them.
 * @property {string} id
 * @property {Send} send
 * @property {(room: string) => void} release Closes its taps in a room that another bridge has taken over.
 */

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {Record<string, unknown>} meta
 * @property {import('./rights.js').Rights} rights
 * @property {Bridge | null} owner The bridge that plays a recorded speaker; null for a person.
 * @property {Send} send Does nothing for a recorded speaker.
 * @property {(code: import('./errors.js').ClosingCode, message: string) => void} dismiss Ends their connection.
 * @property {(rights: import('./rights.js').Rights) => void} judge They have these rights from now on.
 */

/** @typedef {{participants: number, listeners: number}} Places For those who may send something, and for those who may not. */

/** What others are told of somebody. @param {Pick<Member, 'id' | 'meta' | 'rights'>} member */
export const describeMember = ({ id, meta, rights }) => ({ id, meta, rights });

export class Members {
  /** @type {Map<string, Member>} */ #members = new Map();
  #places;

  /** @param {Places} places */
  constructor(places) {
    this.#places = places;
  }

  get all() {
    return [...this.#members.values()];
  }

  /** Those who are there themselves. */
  get people() {
    return this.all.filter(({ owner }) => owner === null);
  }

  get recorded() {
    return this.all.filter(({ owner }) => owner !== null);
  }

  /** @param {string} id @returns {Member | undefined} */
  get(id) {
    return this.#members.get(id);
  }

  /**
   * @param {Member} member
   * @param {number} capacity How many people the room is for who may send something, or where this one may not, who may
   *   not; recorded speakers do not count.
   * @throws {RequestError} `conflict`: the id is taken; `limit`: the room is full.
   */
  add(member, capacity) {
    if (this.#members.has(member.id)) {
      throw new RequestError('conflict', 'A participant with this id is in the room: use another id.');
    }
    const alike = this.all.filter(({ rights }) => listensOnly(rights) === listensOnly(member.rights));
    const most = listensOnly(member.rights) ? this.#places.listeners : this.#places.participants;
    if (alike.length >= most || alike.filter(({ owner }) => owner === null).length >= capacity) {
      throw new RequestError('limit', 'The room is full: wait until somebody leaves.');
    }
    this.#members.set(member.id, member);
  }

  /** @param {Member} member @returns {boolean} Whether they were here, and not somebody newer of the same id. */
  remove(member) {
    return this.#members.get(member.id) === member && this.#members.delete(member.id);
  }

  clear() {
    this.#members.clear();
  }
}
