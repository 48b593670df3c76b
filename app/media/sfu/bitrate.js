/** Cuts whoever sends more than congestion control allows: browsers obey it, a hand-written client need not. */

/** Times in a row that a sender may be measured above the limit: congestion control takes a moment to be heard. */
const PATIENCE = 3;

export class BitrateGuard {
  #above = 0;
  #timer;

  /**
   * @param {object} options
   * @param {() => Promise<number>} options.measure Bits per second that arrive now; rejects when there is nothing to measure.
   * @param {number} options.limit Bits per second.
   * @param {number} options.every Milliseconds between two looks.
   * @param {() => void} options.onOver Called once.
   */
  constructor({ measure, limit, every, onOver }) {
    this.#timer = setInterval(async () => {
      const bitrate = await measure().catch(() => 0);
      this.#above = bitrate > limit ? this.#above + 1 : 0;
      if (this.#above < PATIENCE) return;
      this.stop();
      onOver();
    }, every);
    this.#timer.unref();
  }

  stop() {
    clearInterval(this.#timer);
    this.#above = -Infinity;
  }
}
