/** One's own camera, or one's own screen: opened and closed at will, sent on every connection. */

import { RequestError } from "./connection.js";
import { denied } from "./devices.js";
import { Opening } from "./opening.js";

/**
 * "denied", "none", "insecure": why there is no picture; "full": the room has no place for it; "taken": somebody else
 * shares their screen.
 * @typedef {"off" | "asking" | "on" | "denied" | "none" | "insecure" | "full" | "taken"} PictureState
 * @typedef {import("./media.js").MediaSession} MediaSession
 */

export class Picture {
  /** @type {PictureState} */
  state = "off";
  /** @type {MediaStreamTrack | null} */
  track = null;
  #source;
  #open;
  #onState;
  #opening = new Opening();
  /** @type {MediaSession | null} */
  #session = null;
  #work = Promise.resolve();

  /**
   * @param {"camera" | "screen"} source
   * @param {() => Promise<MediaStream>} open asks the browser for it
   * @param {() => void} onState the state or the track changed
   */
  constructor(source, open, onState) {
    this.#source = source;
    this.#open = open;
    this.#onState = onState;
  }

  /** Turns it on, or off again. */
  toggle() {
    if (this.state === "asking") return;
    if (this.track) this.stop();
    else void this.#start();
  }

  /** Opens the device chosen now in place of the one in use, which goes first: a telephone opens one at a time. */
  async exchange() {
    if (!this.track) return;
    this.track.stop();
    this.track = null;
    await this.#start();
    if (!this.track) this.#withdraw(); // else everybody would look at the last picture of the one before
  }

  /**
   * Sends on this session from now on.
   * @param {MediaSession} session
   */
  sendOn(session) {
    this.#session = session;
    this.#publish();
  }

  /** Lets the device go, and everybody see no more of it. */
  stop() {
    this.#end("off");
    this.#withdraw();
  }

  /** Lets the device go for good: nothing opens any more. */
  leave() {
    this.#opening.end();
    this.stop();
  }

  async #start() {
    if (this.#opening.over) return;
    if (!navigator.mediaDevices) return this.#become("insecure");
    this.#become("asking");
    try {
      const [track] = (await this.#opening.take(this.#open))?.getVideoTracks() ?? [];
      if (!track) return;
      if (this.#source === "screen") track.contentHint = "detail";
      track.addEventListener("ended", () => this.#lose(track));
      for (const change of ["mute", "unmute"]) track.addEventListener(change, () => this.#hide(track));
      this.track = track;
      this.#become("on");
      this.#publish();
    } catch (error) {
      console.warn(`call: no ${this.#source}:`, error);
      // Whoever closes the window in which a screen is chosen has simply thought better of it.
      this.#become(denied(error) ? (this.#source === "screen" ? "off" : "denied") : "none");
    }
  }

  /**
   * A screen is no longer shared when its person says so to the browser; a camera has gone, and another in its place
   * would show what nobody meant to show.
   * @param {MediaStreamTrack} track
   */
  #lose(track) {
    if (this.track !== track) return;
    this.stop();
    if (this.#source === "camera") this.#become("none");
  }

  /**
   * The system has taken a camera away for a while, or given it back: telephones do while another app is in front, or
   * a call comes in. What it sends meanwhile is black, or stands still. A shared window that stands still is shown.
   * @param {MediaStreamTrack} track
   */
  #hide(track) {
    if (this.track === track && this.#source === "camera") this.#tell();
  }

  #publish() {
    this.#then(async () => {
      if (this.track && this.#session) await this.#session.sender.send(this.#source, this.track);
    });
    if (this.#source === "camera") this.#tell();
  }

  /** Tells the others whether there is anything to see. */
  #tell() {
    this.#then(async () => (this.track ? this.#session?.sender.setMuted(this.#source, this.track.muted) : undefined));
  }

  /** Nobody sees any more of it. */
  #withdraw() {
    this.#then(async () => (this.track ? undefined : this.#session?.sender.stop(this.#source)));
  }

  /**
   * One step after the other.
   * @param {() => Promise<void> | undefined} step
   */
  #then(step) {
    this.#work = this.#work.then(step).catch((error) => {
      const refused = error instanceof RequestError ? { limit: "full", conflict: "taken" }[error.code] : undefined;
      if (refused) this.#end(/** @type {PictureState} */ (refused));
      else console.warn(`call: the ${this.#source} could not be sent yet:`, error); // the next connection sends it
    });
  }

  /** @param {PictureState} state */
  #end(state) {
    this.#opening.drop();
    this.track?.stop();
    this.track = null;
    this.#become(state);
  }

  /** @param {PictureState} state */
  #become(state) {
    this.state = state;
    this.#onState();
  }
}
