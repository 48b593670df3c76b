/** How fast to send: a burst at once, then a steady rate (the generic cell rate algorithm). */
export class Pace {
  #interval;
  #tolerance;
  #due = 0;

  /**
   * @param {number} burst how many may go at once
   * @param {number} perSecond how many a second after that
   */
  constructor(burst, perSecond) {
    this.#interval = 1000 / perSecond;
    this.#tolerance = (burst - 1) * this.#interval;
  }

  /**
   * Takes the next turn.
   * @param {number} now ms
   * @returns {number} ms to wait for it
   */
  take(now) {
    const due = Math.max(this.#due, now);
    this.#due = due + this.#interval;
    return Math.max(0, due - this.#tolerance - now);
  }
}
