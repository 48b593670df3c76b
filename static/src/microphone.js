/**
 * One's own microphone: asked for when one is in the call, sent on every connection, muted at will, and exchanged for
 * another when it goes, when one chooses another, and when the chosen one is back.
 */

import { RequestError } from "./connection.js";
import { chosen, denied, isThere, microphoneConstraints } from "./devices.js";
import { Opening } from "./opening.js";
import { SILENCED_MS } from "./returning.js";

/** Why a request got no answer; whatever else it fails for is what the SFU says. */
const UNANSWERED = new Set(["closed", "timeout"]);
/** A microphone that ends sooner than this after it was opened does not work: the next one waits for a change of devices. */
const WORKED_MS = 1_000;

/**
 * "off": nobody is in the call, or this page never asks; "silenced": by the system, for a call on the phone or with a
 * switch on the headset; "denied", "none", "insecure": why there is no voice to send.
 * @typedef {"off" | "asking" | "on" | "muted" | "silenced" | "denied" | "none" | "insecure"} MicrophoneState
 * @typedef {import("./media.js").MediaSession} MediaSession
 */

export class Microphone {
  /** @type {MediaStreamTrack | null} */
  track = null;
  /** @type {MicrophoneState} the state while there is no track */
  #without = "off";
  #muted = false;
  /** Whether what one says is for people's ears alone, and whether the SFU has agreed to that: nothing is sent before. */
  #apart = false;
  #agreed = false;
  #onState;
  #onRefused;
  #opening = new Opening();
  /** Whether devices have changed while one was being opened. */
  #changed = false;
  /** @type {MediaSession | null} */
  #session = null;
  #work = Promise.resolve();

  /**
   * @param {() => void} onState the state or the track changed
   * @param {() => void} [onRefused] what one says now may not go untranslated: nobody hears it
   */
  constructor(onState, onRefused = () => {}) {
    this.#onState = onState;
    this.#onRefused = onRefused;
  }

  /** @returns {MicrophoneState} */
  get state() {
    if (!this.track) return this.#without;
    if (this.#muted) return "muted";
    return this.track.muted ? "silenced" : "on";
  }

  /** Asks for the microphone; the person may take their time, or refuse. */
  async ask() {
    if (this.#without === "asking" || this.track || this.#opening.over) return;
    if (!navigator.mediaDevices) return this.#lack("insecure");
    await this.#open();
  }

  /** Takes the microphone that is chosen now, in place of the one in use, muted as that was. */
  async exchange() {
    if (this.state !== "off" && this.state !== "insecure") await this.#open();
  }

  /** Devices have come or gone: takes the chosen one where it is back, and any where there was none. */
  async look() {
    if (this.#without === "asking") this.#changed = true;
    else if (this.#without === "none" && !this.track) await this.#open();
    else if (this.track && (await isThere("microphone")) && this.track?.getSettings().deviceId !== chosen("microphone")) {
      await this.#open();
    }
  }

  /**
   * Somebody is back at the page: a microphone that has ended meanwhile is asked for again, and one that the system has
   * silenced and does not give its voice back gives way to the same one, opened anew. Where the person has muted it that
   * waits until they want it back: no device opens for somebody who does not want to be heard.
   */
  async comeBack() {
    if (this.#without === "none" && !this.track) return this.#open();
    const { track } = this;
    if (!track?.muted || this.#muted) return;
    await new Promise((resolve) => setTimeout(resolve, SILENCED_MS));
    if (this.track === track && track.muted && !this.#muted && !document.hidden) await this.#open();
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
    if (!this.track) return void this.ask();
    this.mute(!this.#muted);
  }

  /** @param {boolean} muted also where there is no microphone yet */
  mute(muted) {
    if (this.#muted === muted) return;
    this.#muted = muted;
    if (!this.track) return;
    this.#enable();
    this.#tell();
    this.#onState();
    if (!muted) void this.comeBack();
  }

  /** Whether what one says now is not translated. */
  get apart() {
    return this.#apart;
  }

  /**
   * What one says from now on is for people's ears alone, or no longer so.
   * @param {boolean} apart
   */
  keepApart(apart) {
    if (this.#apart === apart) return;
    this.#apart = apart;
    this.#agreed = false;
    this.#enable();
    this.#then(() => this.#agree());
    this.#onState();
  }

  /**
   * A host has muted it: until one turns it on again, or, where it is `over`, until one may send a voice again.
   * @param {boolean} over
   */
  silence(over) {
    this.#muted = true;
    this.#enable();
    if (over) this.#then(async () => this.#session?.sender.stop("voice"));
    else this.#tell();
    this.#onState();
  }

  /** Lets the device go until it is asked for again. */
  release() {
    this.#opening.drop();
    this.track?.stop();
    this.track = null;
    this.#session = null;
    this.#lack("off");
  }

  /** Lets the device go for good: nothing opens any more. */
  leave() {
    this.#opening.end();
    this.release();
  }

  /** Opens the microphone chosen in this browser, or else another. */
  async #open() {
    if (!this.track) this.#lack("asking");
    this.#changed = false;
    try {
      const audio = microphoneConstraints(chosen("microphone"));
      const stream = await this.#opening.take(() => navigator.mediaDevices.getUserMedia({ audio }));
      const track = stream?.getAudioTracks()[0];
      if (!track) return;
      this.#take(track);
    } catch (error) {
      console.warn("call: a microphone cannot be opened:", error);
      if (!this.track) this.#lack(denied(error) ? "denied" : "none");
    }
    if (this.#changed) await this.look();
  }

  /** @param {MediaStreamTrack} track */
  #take(track) {
    const before = this.track;
    const opened = performance.now();
    for (const change of ["mute", "unmute"]) track.addEventListener(change, () => this.#hush(track));
    track.addEventListener("ended", () => this.#lose(track, performance.now() - opened > WORKED_MS));
    this.track = track;
    this.#enable();
    this.#without = "off";
    this.#publish();
    this.#onState();
    before?.stop();
  }

  /** @param {MediaStreamTrack} track which the system has silenced, or given back its voice */
  #hush(track) {
    if (this.track !== track) return;
    this.#tell();
    this.#onState();
  }

  /**
   * @param {MediaStreamTrack} track whose device has gone
   * @param {boolean} worked whether it has been of use until then
   */
  #lose(track, worked) {
    if (this.track !== track) return;
    this.track = null;
    this.#lack("none");
    this.#tell();
    if (worked) void this.#open();
  }

  #publish() {
    this.#then(async () => {
      if (this.track) await this.#session?.sender.send("voice", this.track, this.#apart);
      await this.#agree();
    });
    this.#tell();
  }

  #enable() {
    if (this.track) this.track.enabled = !this.#muted && (!this.#apart || this.#agreed);
  }

  /** Has the SFU agree that what one says is translated or not, as it is to be now. */
  async #agree() {
    const apart = this.#apart;
    if (!this.#session) return;
    try {
      await this.#session.sender.setUntranslated(apart);
    } catch (error) {
      if (apart && error instanceof RequestError && !UNANSWERED.has(error.code)) this.#onRefused();
      throw error;
    }
    if (!apart) return; // whoever opens and closes the track on their own goes on doing so
    this.#agreed = this.#apart;
    this.#enable();
  }

  /** Tells the others whether they hear this microphone. */
  #tell() {
    this.#then(async () => this.#session?.sender.setMuted("voice", this.state !== "on"));
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

  /** @param {MicrophoneState} state while there is no track */
  #lack(state) {
    this.#without = state;
    this.#onState();
  }
}
