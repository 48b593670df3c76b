/** How many sockets one address may hold open, before they have said hello and after. */

import { household, Networks } from './addresses.js';

/** @typedef {{greeted: boolean}} Visitor */

const THIS_MACHINE = new Networks('');

export class Doorkeeper {
  /** @type {Map<string, Set<Visitor>>} */ #inside = new Map();
  #most;
  #waiting;

  /** @param {number} most Of one address; 0: as many as come. @param {number} waiting Of these, without a hello. */
  constructor(most, waiting) {
    this.#most = most;
    this.#waiting = waiting;
  }

  /**
   * Counts a visitor until they leave. Of this machine all may come: bridges, and whoever a proxy does not name.
   *
   * @param {string} address
   * @param {Visitor} visitor
   * @returns {boolean} Whether there is a place for them.
   */
  enter(address, visitor) {
    if (THIS_MACHINE.has(address)) return true;
    const house = household(address);
    const others = this.#inside.get(house) ?? new Set();
    const waiting = [...others].filter(({ greeted }) => !greeted).length;
    if (waiting >= this.#waiting || (this.#most > 0 && others.size >= this.#most)) return false;
    this.#inside.set(house, others.add(visitor));
    return true;
  }

  /** @param {string} address @param {Visitor} visitor */
  leave(address, visitor) {
    const house = household(address);
    const others = this.#inside.get(house);
    if (others?.delete(visitor) && others.size === 0) this.#inside.delete(house);
  }
}
