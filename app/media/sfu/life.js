/** How alive a call is: when somebody last spoke, or wanted it to go on, whether one is alone, and what was said of its end. */

/** @typedef {{reason: import('./idle.js').Reason, seconds: number}} Idle What is said before an idle call ends. */

/** Milliseconds without speech after which somebody who speaks again begins anew (`AdmissionConfig.silence`). */
const SILENCE = 180_000;

/** @param {number} at @returns {number} Seconds since then. */
const ago = (at) => Math.round(performance.now() - at) / 1_000;

export class Life {
  #opened = performance.now();
  /** When somebody was last heard to speak, and since when they have without a long silence. @type {{since: number, last: number} | null} */
  #speech = null;
  /** Since when one person has been here alone. @type {number | null} */ #alone = null;
  #stayed = this.#opened;
  /** What was said of the call's end, and when. @type {(Idle & {at: number}) | null} */ #idle = null;

  /** What a bridge is told of it: seconds ago. */
  get described() {
    return { age: ago(this.#opened), speech: this.#speech && { since: ago(this.#speech.since), last: ago(this.#speech.last) } };
  }

  /** What an idle call is told by; milliseconds on the clock of `performance.now()`. */
  get signs() {
    return { spoke: this.#speech?.last ?? this.#opened, alone: this.#alone, stayed: this.#stayed, told: this.#idle };
  }

  /** What was said of the call's end. @returns {Idle | null} */
  get idle() {
    return this.#idle && { reason: this.#idle.reason, seconds: this.#idle.seconds };
  }

  /** @param {Idle | null} idle */
  set idle(idle) {
    this.#idle = idle && { ...idle, at: performance.now() };
  }

  /** Somebody speaks. */
  speak() {
    const now = performance.now();
    const goesOn = this.#speech !== null && now - this.#speech.last < SILENCE;
    this.#speech = { since: goesOn && this.#speech ? this.#speech.since : now, last: now };
  }

  /** Somebody wants it to go on. */
  stay() {
    this.#stayed = performance.now();
  }

  /** @param {number} people So many are here now. */
  count(people) {
    this.#alone = people === 1 ? (this.#alone ?? performance.now()) : null;
  }
}
