/** Turns to speak, in a room that takes them: one speaks, the others hear it to its end, then it is the next one's turn. */

/** @typedef {{speaker: string | null, heard: string | null}} Turn Whose it is; or who has finished, while that is still being heard. Ids. */

/**
 * @typedef {object} Options
 * @property {number} settles Milliseconds after somebody has finished until it is known whether others still hear them.
 * @property {number} waits Milliseconds for which the next one waits at most.
 * @property {() => string | null} next Takes whose turn it is now out of the queue.
 * @property {(participant: string) => boolean} isHeard Whether others still hear what somebody has said.
 * @property {(turn: Turn | null) => void} onTurn
 */

export class Turns {
  #options;
  /** @type {Turn | null} */ #now = null;
  #settled = false;
  /** @type {NodeJS.Timeout[]} */ #timers = [];

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** null: everybody speaks when they like. */
  get now() {
    return this.#now;
  }

  /** @param {boolean} taken Whether turns are taken from now on. */
  take(taken) {
    if (taken === (this.#now !== null)) return;
    this.#become(taken ? { speaker: null, heard: null } : null);
    this.look();
  }

  /** @param {string} participant @returns {boolean} Whether they may be heard. */
  allows(participant) {
    return this.#now === null || this.#now.speaker === participant;
  }

  /** It may be somebody's turn now: a hand has gone up, or what was said has been heard. */
  look() {
    if (!this.#now || this.#now.speaker !== null) return;
    const { heard } = this.#now;
    if (heard !== null && !(this.#settled && !this.#options.isHeard(heard))) return;
    const speaker = this.#options.next();
    if (speaker !== null || heard !== null) this.#become({ speaker, heard: null });
  }

  /** @param {string} participant Has finished: they are heard to their end. Said once more: nobody waits for that. */
  end(participant) {
    if (this.#now?.heard === participant) this.#pass();
    if (this.#now?.speaker !== participant) return;
    this.#become({ speaker: null, heard: participant });
    const { settles, waits } = this.#options;
    this.#after(settles, () => {
      this.#settled = true;
      this.look();
    });
    this.#after(waits, () => this.#pass());
  }

  /** @param {string} participant Has left. */
  leave(participant) {
    if (this.#now?.speaker === participant || this.#now?.heard === participant) this.#pass();
  }

  /** The room is closed. */
  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  /** On to the next, whoever is still being heard. */
  #pass() {
    this.#become({ speaker: this.#options.next(), heard: null });
  }

  /** @param {Turn | null} turn */
  #become(turn) {
    this.stop();
    this.#settled = false;
    this.#now = turn;
    this.#options.onTurn(turn);
  }

  /** @param {number} ms @param {() => void} act */
  #after(ms, act) {
    this.#timers.push(setTimeout(act, ms).unref());
  }
}
