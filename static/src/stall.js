/** Notices that something which was flowing has stopped, long before the browser says so. No DOM, no media. */

/** A page that was held up knows nothing of the time between two looks: one look tells of no more silence than this. */
const MAX_PER_LOOK_MS = 300;

export class StallWatch {
  #least;
  #max;
  #bytes = -1;
  #looked = 0;
  /** ms without a byte up to the last look */
  #silent = 0;
  #longest = 0;

  /**
   * @param {number} least ms without a byte that count as a stall, where bytes used to come faster than that
   * @param {number} max ms without a byte that count as one wherever they come from
   */
  constructor(least, max) {
    this.#least = least;
    this.#max = max;
  }

  /**
   * Takes a look.
   * @param {number} bytes received in all
   * @param {boolean} expected whether anything should be coming
   * @param {number} now ms
   */
  look(bytes, expected, now) {
    const silent = this.#silent + Math.min(now - this.#looked, MAX_PER_LOOK_MS);
    this.#looked = now;
    if (bytes === this.#bytes && expected) {
      this.#silent = silent;
      return;
    }
    // A browser that reports rarely is not a dead network: what was normal before stays normal.
    if (expected && this.#bytes > 0) this.#longest = Math.max(this.#longest, silent);
    this.#bytes = bytes;
    this.#silent = 0;
  }

  /** Whether it has stopped. */
  get stalled() {
    const enough = Math.min(this.#max, Math.max(this.#least, 2 * this.#longest));
    return this.#bytes > 0 && this.#silent >= enough;
  }

  /** Begins anew: the path has changed, and what comes on it is not known yet. */
  reset() {
    this.#bytes = -1;
    this.#silent = 0;
  }
}
