/** How many sockets one address may hold open, before they have said hello and after. */

/** @typedef {{household: string, greeted: boolean}} Visitor `household` as in addresses.js. */

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
   * @param {Visitor} visitor
   * @returns {boolean} Whether there is a place for them.
   */
  enter(visitor) {
    if (visitor.household === '') return true;
    const others = this.#inside.get(visitor.household) ?? new Set();
    const waiting = [...others].filter(({ greeted }) => !greeted).length;
    if (waiting >= this.#waiting || (this.#most > 0 && others.size >= this.#most)) return false;
    this.#inside.set(visitor.household, others.add(visitor));
    return true;
  }

  /** @param {Visitor} visitor */
  leave(visitor) {
    const others = this.#inside.get(visitor.household);
    if (others?.delete(visitor) && others.size === 0) this.#inside.delete(visitor.household);
  }
}
