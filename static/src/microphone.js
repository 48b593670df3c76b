/** One's own microphone: asked for once, sent on every connection, muted at will, exchanged for another. */

import { chosen, denied, microphoneConstraints } from "./devices.js";
import { Opening } from "./opening.js";

/**
 * "off": this page never asks; "denied", "none", "insecure": why there is no voice to send.
 * @typedef {"off" | "asking" | "on" | "muted" | "denied" | "none" | "insecure"} MicrophoneState
 * @typedef {import("./media.js").MediaSession} MediaSession
 */

export class Microphone {
  /** @type {MicrophoneState} */
  state = "off";
  /** @type {MediaStreamTrack | null} */
  track = null;
  #onState;
  #opening = new Opening();
  /** @type {MediaSession | null} */
  #session = null;
  #work = Promise.resolve();

  /** @param {() => void} onState the state or the track changed */
  constructor(onState) {
    this.#onState = onState;
  }

  /** Asks for the microphone; the person may take their time, or refuse. */
  async ask() {
    if (this.state === "asking" || this.track || this.#opening.over) return;
    if (!navigator.mediaDevices) return this.#become("insecure");
    this.#become("asking");
    try {
      const track = await this.#open();
      if (!track) return;
      this.#take(track);
      this.#become("on");
      this.#publish();
    } catch (error) {
      console.warn("call: no microphone:", error);
      this.#become(denied(error) ? "denied" : "none");
    }
  }

  /** Takes the microphone that is chosen now, in place of the one in use, muted as that was. */
  async exchange() {
    const before = this.track;
    if (!before) return this.ask();
    try {
      const track = await this.#open();
      if (!track) return;
      track.enabled = before.enabled;
      this.#take(track);
      this.#onState();
      this.#publish();
      before.stop();
    } catch (error) {
      console.warn("call: the other microphone cannot be opened, the first one stays:", error);
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
    this.#then(async () => this.#session?.sender.setMuted("voice", this.state === "muted"));
  }

  /** Lets the device go for good: nothing opens any more. */
  leave() {
    this.#opening.end();
    this.track?.stop();
    this.track = null;
    this.#session = null;
    this.#become("off");
  }

  /** The microphone chosen in this browser, opened; `undefined` where nobody wants it any more. */
  async #open() {
    const audio = microphoneConstraints(chosen("microphone"));
    return (await this.#opening.take(() => navigator.mediaDevices.getUserMedia({ audio })))?.getAudioTracks()[0];
  }

  #publish() {
    this.#then(async () => {
      const { track } = this;
      const session = this.#session;
      if (!track || !session) return;
      await session.sender.send("voice", track);
      await session.sender.setMuted("voice", this.state === "muted");
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
  #take(track) {
    track.addEventListener("ended", () => this.#lose(track));
    this.track = track;
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
