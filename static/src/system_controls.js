/**
 * The call among what the system shows as playing: in the notification of a phone, on its locked screen, on media keys.
 * Browsers know some of these controls, and say which; the others stay on the page alone.
 */

import { byId } from "./page.js";

/** @typedef {"togglemicrophone" | "togglecamera" | "hangup"} Control */

/** Those of the call page, which press its buttons. */
export function callControls() {
  const title = byId("room-name")?.textContent ?? document.title;
  const icon = document.querySelector("link[rel=apple-touch-icon]")?.getAttribute("href") ?? "";
  return new SystemControls(title, icon, {
    togglemicrophone: () => press("#mic:not([hidden]), #talk:not([hidden])"),
    togglecamera: () => press("#camera:not([hidden])"),
    hangup: () => press("#leave"),
  });
}

export class SystemControls {
  #presses;
  /** What was said last of the devices. */
  #now = "";
  /** @type {Partial<Record<Control, boolean | null>>} */
  #on = {};

  /**
   * @param {string} title of the call
   * @param {string} artwork address of an icon, "" for none
   * @param {Readonly<Record<Control, () => void>>} presses what each control does
   */
  constructor(title, artwork, presses) {
    this.#presses = presses;
    const { mediaSession } = navigator;
    if (!mediaSession) return;
    const images = artwork ? [{ src: artwork, sizes: "180x180", type: "image/png" }] : [];
    mediaSession.metadata = new MediaMetadata({ title, artist: "JB Calling", artwork: images });
    mediaSession.playbackState = "playing";
    this.#offer("hangup", true);
  }

  /**
   * Brings the controls in line with one's own devices. Browsers take what they are told here for what the page wants,
   * and may hold a device silent that is said to be off.
   * @param {{ microphone: boolean | null, camera: boolean | null }} on whether each is on; null where one has none here
   */
  show({ microphone, camera }) {
    const now = JSON.stringify([microphone, camera]);
    const session = /** @type {any} */ (navigator.mediaSession);
    if (!session || now === this.#now) return;
    this.#now = now;
    this.#on = { togglemicrophone: microphone, togglecamera: camera };
    this.#offer("togglemicrophone", microphone !== null);
    this.#offer("togglecamera", camera !== null);
    this.#tell("togglemicrophone");
    this.#tell("togglecamera");
  }

  /** Takes all of it back. */
  stop() {
    const { mediaSession } = navigator;
    if (!mediaSession) return;
    for (const control of /** @type {Control[]} */ (Object.keys(this.#presses))) this.#offer(control, false);
    mediaSession.metadata = null;
    mediaSession.playbackState = "none";
  }

  /** @param {Control} control */
  #tell(control) {
    const on = this.#on[control] ?? null;
    if (on === null) return;
    const session = /** @type {any} */ (navigator.mediaSession);
    const telling = control === "togglemicrophone" ? session.setMicrophoneActive?.(on) : session.setCameraActive?.(on);
    Promise.resolve(telling).catch((error) => console.debug(`call: the system does not show ${control}:`, error));
  }

  /**
   * @param {Control} control
   * @param {boolean} [activating] what it is to become, in browsers that say so
   */
  #press(control, activating) {
    if (activating !== undefined && activating === this.#on[control]) this.#tell(control); // the browser alone has it off
    else this.#presses[control]();
  }

  /** @param {Control} control @param {boolean} offered */
  #offer(control, offered) {
    try {
      const press = (/** @type {any} */ details) => this.#press(control, details?.isActivating);
      navigator.mediaSession.setActionHandler(/** @type {any} */ (control), offered ? press : null);
    } catch {
      // This browser does not know it.
    }
  }
}

/**
 * Whether a device is to be on; null where there is nothing to turn on or off. A microphone that the system has silenced
 * is to be: were it said to be off, the browser might keep it silent for good.
 * @param {import("./microphone.js").MicrophoneState | import("./picture.js").PictureState} state
 */
export function wantedOn(state) {
  return ["on", "silenced", "muted", "off"].includes(state) ? state === "on" || state === "silenced" : null;
}

/** @param {string} selector of a button of the page */
function press(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))?.click();
}
