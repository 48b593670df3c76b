/**
 * The opening of one device. A question to the person stays open as long as they like: by the answer the page may have
 * left, or want another device, and then what has opened is closed at once.
 */

export class Opening {
  /** Counts what was asked for; only the last one is of interest. */
  #asked = 0;
  #over = false;

  /** Whether nothing opens any more. */
  get over() {
    return this.#over;
  }

  /**
   * Opens a device, in place of whatever else is still being opened here.
   * @param {() => Promise<MediaStream>} open asks the browser for it
   * @returns {Promise<MediaStream | null>} `null`: nobody wants it any more
   * @throws {unknown} it did not open, and somebody still wants it
   */
  async take(open) {
    if (this.#over) return null;
    const mine = ++this.#asked;
    try {
      const stream = await open();
      if (mine === this.#asked) return stream;
      stream.getTracks().forEach((track) => track.stop());
    } catch (error) {
      if (mine === this.#asked) throw error;
    }
    return null;
  }

  /** Nobody wants what is still being opened. */
  drop() {
    this.#asked++;
  }

  /** Opens nothing any more. */
  end() {
    this.#over = true;
    this.drop();
  }
}
