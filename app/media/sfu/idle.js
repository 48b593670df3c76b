/** Calls that nobody needs any more end: with a word first, and one press keeps them. */

/** @typedef {import('./room.js').Room} Room */
/** @typedef {'silent' | 'alone'} Reason Nobody has spoken, or nobody else is there, for so long. */

export class IdleWatch {
  #options;

  /**
   * @param {object} options
   * @param {number} options.silentAfter Milliseconds; 0: never.
   * @param {number} options.aloneAfter Milliseconds; 0: never.
   * @param {number} options.notice Milliseconds between the word and the end.
   * @param {() => boolean} options.listening Whether a bridge is there: without one nobody knows who speaks.
   * @param {(room: Room) => void} options.end
   */
  constructor(options) {
    this.#options = options;
  }

  /** To be called every few seconds. @param {Iterable<Room>} rooms */
  look(rooms) {
    const now = performance.now();
    for (const room of rooms) {
      const reason = this.#reason(room, now);
      const { told } = room.life;
      if (reason === null) {
        if (told) room.sayIdle(null);
      } else if (told?.reason !== reason) {
        room.sayIdle({ reason, seconds: Math.ceil(this.#options.notice / 1_000) });
      } else if (now - told.at >= this.#options.notice) {
        this.#options.end(room);
      }
    }
  }

  /** @param {Room} room @param {number} now @returns {Reason | null} */
  #reason(room, now) {
    const { silentAfter, aloneAfter, listening } = this.#options;
    const { spoke, alone, stayed } = room.life;
    if (aloneAfter > 0 && alone !== null && now - Math.max(alone, stayed) >= aloneAfter) return 'alone';
    if (silentAfter > 0 && listening() && now - Math.max(spoke, stayed) >= silentAfter) return 'silent';
    return null;
  }
}
