/** How often somebody may do what everybody in the room is told of. */

import { RequestError } from './errors.js';

export class Allowance {
  /** When it was last taken, ms, the oldest first. @type {number[]} */ #taken = [];
  #most;
  #within;
  #now;

  /**
   * @param {number} most Times.
   * @param {number} within Milliseconds.
   * @param {() => number} [now] Milliseconds on a clock that does not jump.
   */
  constructor(most, within, now = () => performance.now()) {
    this.#most = most;
    this.#within = within;
    this.#now = now;
  }

  /** @throws {RequestError} `limit`: too often. */
  take() {
    const now = this.#now();
    this.#taken = this.#taken.filter((at) => now - at < this.#within);
    if (this.#taken.length >= this.#most) throw new RequestError('limit', 'That was too often in a short time: wait a few seconds.');
    this.#taken.push(now);
  }
}
