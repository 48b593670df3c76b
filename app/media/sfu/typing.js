/** How often somebody may type a line. */

/** Lines that may come at once, and milliseconds after which there may be another. */
const BURST = 8;
const EVERY = 1_500;
/** UTF-16 units that count as one line: a long one is as much work as several. */
const SIZE = 100;
/** People remembered at most who have typed nothing for long. */
const REMEMBERED = 256;

/** Kept by a room and not by a connection: who comes back has typed what they have typed. */
export class Typing {
  /** @type {Map<string, number>} When each could have typed all of `BURST` again, ms; the last who typed last. */ #until = new Map();
  #now;

  /** @param {() => number} [now] Milliseconds on a clock that never goes back. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @param {string} participant Has typed a line.
   * @param {number} [size] Its UTF-16 units.
   * @returns {boolean} Whether it was not one too many.
   */
  allows(participant, size = 0) {
    const now = this.#now();
    const until = Math.max(now, this.#until.get(participant) ?? now) + EVERY * Math.max(1, Math.ceil(size / SIZE));
    if (until - now > BURST * EVERY) return false;
    this.#until.delete(participant);
    this.#until.set(participant, until);
    for (const [other, end] of this.#until) {
      if (this.#until.size <= REMEMBERED || end > now) break;
      this.#until.delete(other);
    }
    return true;
  }
}
