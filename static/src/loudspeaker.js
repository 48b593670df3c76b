/** The loudspeaker chosen in this browser while it is there, and the system's own choice while it is not. */

import { chosen, devices } from "./devices.js";

export class Loudspeaker {
  #play;
  #work = Promise.resolve();
  #over = false;

  /** @param {(deviceId: string) => Promise<void>} play plays on an output, "" for the system's choice; may refuse */
  constructor(play) {
    this.#play = play;
  }

  /** Plays where it should be heard now; to be called when devices have changed, or another was chosen. */
  look() {
    this.#work = this.#work.then(() => this.#apply());
    return this.#work;
  }

  stop() {
    this.#over = true;
  }

  async #apply() {
    const wanted = chosen("speaker");
    for (const id of (await isGone(wanted)) ? [""] : new Set([wanted, ""])) {
      if (this.#over) return;
      try {
        return await this.#play(id);
      } catch (error) {
        // Unplugged in this moment, or this browser lets the page use the system's choice alone.
        console.warn("call: this loudspeaker cannot be used:", error);
      }
    }
  }
}

/**
 * Whether the browser names loudspeakers, and this one is not among them.
 * @param {string} deviceId
 */
async function isGone(deviceId) {
  const there = await devices("speaker");
  return there.length > 0 && !there.some(({ id }) => id === deviceId);
}
