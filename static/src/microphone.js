/** One's own microphone: asked for once, sent on every connection, muted at will. */

/**
 * "off": this page never asks; "denied", "none", "insecure": why there is no voice to send.
 * @typedef {"off" | "asking" | "on" | "muted" | "denied" | "none" | "insecure"} MicrophoneState
 * @typedef {import("./media.js").MediaSession} MediaSession
 */

const CONSTRAINTS = Object.freeze({
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
});

export class Microphone {
  /** @type {MicrophoneState} */
  state = "off";
  /** @type {MediaStreamTrack | null} */
  track = null;
  #onState;
  /** @type {MediaSession | null} */
  #session = null;
  #work = Promise.resolve();

  /** @param {() => void} onState the state or the track changed */
  constructor(onState) {
    this.#onState = onState;
  }

  /** Asks for the microphone; the person may take their time, or refuse. */
  async ask() {
    if (this.state === "asking" || this.track) return;
    if (!navigator.mediaDevices) return this.#become("insecure");
    this.#become("asking");
    try {
      const [track] = (await navigator.mediaDevices.getUserMedia(CONSTRAINTS)).getAudioTracks();
      if (!track) return this.#become("none");
      track.addEventListener("ended", () => this.#lose(track));
      this.track = track;
      this.#become("on");
      this.#publish();
    } catch (error) {
      console.warn("call: no microphone:", error);
      const denied = error instanceof DOMException && ["NotAllowedError", "SecurityError"].includes(error.name);
      this.#become(denied ? "denied" : "none");
    }
  }

  /**
   * Sends on this session from now on.
   * @param {MediaSession} session
   */
  sendOn(session) {
    this.#session = session;
    this.#publish();
  }

  /** Mutes, unmutes, or asks again where there is no microphone. */
  toggle() {
    if (!this.track) {
      void this.ask();
      return;
    }
    this.track.enabled = this.state === "muted";
    this.#become(this.track.enabled ? "on" : "muted");
    this.#then(async () => this.#session?.setMuted(this.state === "muted"));
  }

  /** Lets the device go. */
  stop() {
    this.track?.stop();
    this.track = null;
    this.#session = null;
    this.#become("off");
  }

  #publish() {
    this.#then(async () => {
      const { track } = this;
      const session = this.#session;
      if (!track || !session) return;
      await session.send(track);
      await session.setMuted(this.state === "muted");
    });
  }

  /**
   * One step after the other: a toggle during a reconnect must not overtake it.
   * @param {() => Promise<void> | undefined} step
   */
  #then(step) {
    this.#work = this.#work.then(step).catch((error) => {
      // The connection went meanwhile; the next one publishes again.
      console.warn("call: the microphone could not be sent yet:", error);
    });
  }

  /** @param {MediaStreamTrack} track */
  #lose(track) {
    if (this.track !== track) return;
    this.track = null;
    this.#become("none");
  }

  /** @param {MicrophoneState} state */
  #become(state) {
    this.state = state;
    this.#onState();
  }
}
