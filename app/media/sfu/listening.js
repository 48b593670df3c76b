/** Whose words in a room are still being heard: said by bridges, and told to whoever said them. */

/** @typedef {import('./room.js').Bridge} Bridge */

/**
 * @typedef {object} Heard
 * @property {number} count How many still listen.
 * @property {string | null} listener Who, where it is one.
 * @property {number | null} seconds How long the last of them still hears it, as far as it is known.
 */

/** @type {Readonly<Heard>} */
export const HEARD = Object.freeze({ count: 0, listener: null, seconds: null });

export class Listening {
  /** Which bridge says that what somebody has said is still being heard, by their id. @type {Map<string, Bridge>} */ #to = new Map();

  /** @param {Bridge} owner @param {string} participant Who has spoken. @param {Heard} heard */
  set(owner, participant, { count }) {
    if (count === 0) this.#to.delete(participant);
    else this.#to.set(participant, owner);
  }

  /** @param {string} participant @returns {boolean} Whether anybody still listens to them. */
  to(participant) {
    return this.#to.has(participant);
  }

  /** @param {string} participant Has left. */
  leave(participant) {
    this.#to.delete(participant);
  }

  /** @param {Bridge} owner Gone. @returns {string[]} Those of whom nobody says any more that they are heard. */
  forget(owner) {
    const over = [...this.#to].flatMap(([participant, by]) => (by === owner ? [participant] : []));
    for (const participant of over) this.#to.delete(participant);
    return over;
  }
}
