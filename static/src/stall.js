/** Notices that something which was flowing has stopped, long before the browser says so. No DOM, no media. */

export class StallWatch {
  #least;
  #bytes = -1;
  #since = 0;
  #longest = 0;

  /** @param {number} least ms without a byte that count as a stall, where bytes used to come faster than that */
  constructor(least) {
    this.#least = least;
  }

  /**
   * Takes a look.
   * @param {number} bytes received in all
   * @param {boolean} expected whether anything should be coming
   * @param {number} now ms
   */
  look(bytes, expected, now) {
    if (bytes === this.#bytes && expected) return;
    // A slow machine, or a browser that reports rarely, is not a dead network: what was normal before stays normal.
    if (expected && this.#bytes > 0) this.#longest = Math.max(this.#longest, Math.min(now - this.#since, this.#least * 5));
    this.#bytes = bytes;
    this.#since = now;
  }

  /**
   * Whether it has stopped.
   * @param {number} now ms
   */
  stalled(now) {
    return this.#bytes > 0 && now - this.#since >= Math.max(this.#least, 2 * this.#longest);
  }

  /** Begins anew: the path has changed, and what comes on it is not known yet. */
  reset() {
    this.#bytes = -1;
  }
}
