/** What `web` has decided lately: for as long as tokens from before may be about, it counts more than they do. */

/** Milliseconds that a decision is kept: the life of a token (app/auth/tokens.py), and what clocks may differ by. */
const KEPT = 130_000;

/** @template V */
export class Recent {
  /** @type {Map<string, {at: number, value: V}>} The oldest first; `at`: ms since the epoch. */ #decisions = new Map();
  #now;

  /** @param {() => number} [now] Milliseconds since the epoch. */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /** @param {string} key @param {V} value Holds from this moment. */
  set(key, value) {
    const now = this.#now();
    for (const [old, { at }] of this.#decisions) {
      if (now - at < KEPT) break;
      this.#decisions.delete(old);
    }
    this.#decisions.delete(key);
    this.#decisions.set(key, { at: now, value });
  }

  /**
   * Tokens count whole seconds, so that one of the second of the decision counts as older in any case.
   *
   * @param {string} key
   * @param {number} issued When the token was made, seconds since the epoch.
   * @returns {V | undefined} What holds instead of what the token says.
   */
  since(key, issued) {
    const decision = this.#decisions.get(key);
    return decision && issued <= decision.at / 1_000 ? decision.value : undefined;
  }

  get size() {
    return this.#decisions.size;
  }
}
