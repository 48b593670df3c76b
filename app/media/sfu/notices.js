/** What bridges have said of one room, the newest payload of each key, for as long as its bridge is there. */

import { RequestError } from './errors.js';

/** @typedef {import('./room.js').Bridge} Bridge */

export class Notices {
  /** @type {Map<string, {payload: unknown, owner: Bridge}>} */ #notices = new Map();
  #max;

  /** @param {number} max Keys. */
  constructor(max) {
    this.#max = max;
  }

  get all() {
    return [...this.#notices].map(([key, { payload }]) => ({ key, payload }));
  }

  /** @param {Bridge} owner @returns {string[]} Keys whose newest payload is this bridge's. */
  keysOf(owner) {
    return [...this.#notices].flatMap(([key, notice]) => (notice.owner === owner ? [key] : []));
  }

  /**
   * @param {Bridge} owner
   * @param {string} key
   * @param {unknown} payload null removes the notice, if it is this bridge's.
   * @returns {boolean} Whether it is to be told: not where another bridge's would have been removed.
   * @throws {RequestError} `limit`: too many notices.
   */
  set(owner, key, payload) {
    if (payload === null) return this.#notices.get(key)?.owner === owner && this.#notices.delete(key);
    if (!this.#notices.has(key) && this.#notices.size >= this.#max) {
      throw new RequestError('limit', 'The room has too many notices: remove one by sending a null payload.');
    }
    this.#notices.set(key, { payload, owner });
    return true;
  }

  clear() {
    this.#notices.clear();
  }
}
