/**
 * Keeps the screen on while somebody is in a call or reads captions: nobody touches a screen that they read, and a
 * telephone that turns it off also takes away the microphone and the sound.
 */

export class Awake {
  #over = new AbortController();
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  /** Whether the browser is being asked. */
  #asking = false;

  start() {
    document.addEventListener("visibilitychange", () => void this.#look(), { signal: this.#over.signal });
    void this.#look();
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
    if (!wakeLock || document.hidden || this.#asking || (this.#lock && !this.#lock.released)) return;
    this.#asking = true;
    try {
      const lock = await wakeLock.request("screen");
      if (this.#over.signal.aborted) await lock.release();
      else this.#lock = lock;
    } catch (error) {
      console.debug("the screen may go off:", error); // low battery, a frame that may not, or hidden again meanwhile
    }
    this.#asking = false;
  }
}
