/**
 * Keeps the screen on while somebody is in a call or reads captions: nobody touches a screen that they read, and a
 * telephone that turns it off also takes away the microphone and the sound.
 */

import { keep, recall } from "./stored.js";

const KEY = "jbc.screen";

export class Awake {
  #over = new AbortController();
  /** Whether the screen is to stay on. */
  #wanted = true;
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  /** Whether the browser is being asked. */
  #asking = false;

  start() {
    document.addEventListener("visibilitychange", () => void this.#look(), { signal: this.#over.signal });
    void this.#look();
  }

  /** @param {boolean} wanted whether the screen is to stay on from now on */
  want(wanted) {
    this.#wanted = wanted;
    if (wanted) return void this.#look();
    void this.#lock?.release();
    this.#lock = null;
  }

  /** Lets the screen go off again, for good. */
  stop() {
    this.#over.abort();
    void this.#lock?.release();
    this.#lock = null;
  }

  /** Browsers let the screen go when the page is hidden; it is asked for again when the page is back. */
  async #look() {
    const { wakeLock } = navigator; // pages over plain HTTP have none
    if (!wakeLock || !this.#wanted || document.hidden || this.#asking || (this.#lock && !this.#lock.released)) return;
    this.#asking = true;
    try {
      const lock = await wakeLock.request("screen");
      if (this.#over.signal.aborted || !this.#wanted) await lock.release();
      else this.#lock = lock;
    } catch (error) {
      console.debug("the screen may go off:", error); // low battery, a frame that may not, or hidden again meanwhile
    }
    this.#asking = false;
  }
}

/**
 * Has a switch decide whether the screen stays on, remembered by this browser.
 * @param {Awake} awake before it has started
 * @param {HTMLElement | null} box
 */
export function tendAwake(awake, box) {
  if (!(box instanceof HTMLInputElement)) return;
  const label = box.closest("label");
  if (label) label.hidden = !navigator.wakeLock;
  box.checked = recall(KEY) !== "off";
  awake.want(box.checked);
  box.addEventListener("change", () => {
    keep(KEY, box.checked ? "" : "off");
    awake.want(box.checked);
  });
}
