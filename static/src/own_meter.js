/** How loud one's own voice is, by whichever microphone it comes: that can be another after one was unplugged. */

export class OwnMeter {
  #mixer;
  /** @type {{ track: MediaStreamTrack } & import("./loudness.js").Measuring | null} */
  #meter = null;

  /** @param {import("./mixer.js").Mixer} mixer measures it */
  constructor(mixer) {
    this.#mixer = mixer;
  }

  /** RMS, full scale 1. */
  get loudness() {
    return this.#meter?.loudness() ?? 0;
  }

  /** @param {MediaStreamTrack | null} track of the microphone in use */
  follow(track) {
    if (this.#meter?.track === (track ?? undefined)) return;
    this.#meter?.stop();
    this.#meter = track && { track, ...this.#mixer.measure(track) };
    if (track) void this.#mixer.resume(); // browsers let a page that records also play
  }
}
