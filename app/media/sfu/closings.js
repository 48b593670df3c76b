/** Rooms that have been closed, for as long as tokens from before may be about: those open nothing any more. */

/** Milliseconds that a closing is kept: the life of a token (app/auth/tokens.py), and what clocks may differ by. */
const KEPT = 130_000;

export class Closings {
  /** @type {Map<string, number>} Room → when it was closed last, ms since the epoch; the oldest first. */ #at = new Map();
  #now;

  /** @param {() => number} [now] Milliseconds since the epoch. */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /** @param {string} room It is closed at this moment. */
  add(room) {
    const now = this.#now();
    for (const [old, at] of this.#at) {
      if (now - at < KEPT) break;
      this.#at.delete(old);
    }
    this.#at.delete(room);
    this.#at.set(room, now);
  }

  /**
   * Tokens count whole seconds, so that one of the second in which the room was closed is refused in any case.
   *
   * @param {string} room
   * @param {number} issued When the token was made, seconds since the epoch.
   */
  refuses(room, issued) {
    const at = this.#at.get(room);
    return at !== undefined && issued <= at / 1_000;
  }

  get size() {
    return this.#at.size;
  }
}
