/**
 * The call among what the system shows as playing: in the notification of a phone, on its locked screen, on media keys.
 * Browsers know some of these controls, and say which; the others stay on the page alone.
 */

/** @typedef {"togglemicrophone" | "togglecamera" | "hangup"} Control */

export class SystemControls {
  #presses;
  /** What was said last of the devices. */
  #now = "";

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
   * Brings the controls in line with one's own devices.
   * @param {{ microphone: boolean | null, camera: boolean | null }} on whether each is on; null where one has none here
   */
  show({ microphone, camera }) {
    const now = JSON.stringify([microphone, camera]);
    const session = /** @type {any} */ (navigator.mediaSession);
    if (!session || now === this.#now) return;
    this.#now = now;
    this.#offer("togglemicrophone", microphone !== null);
    this.#offer("togglecamera", camera !== null);
    void session.setMicrophoneActive?.(microphone === true);
    void session.setCameraActive?.(camera === true);
  }

  /** Takes all of it back. */
  stop() {
    const { mediaSession } = navigator;
    if (!mediaSession) return;
    for (const control of /** @type {Control[]} */ (Object.keys(this.#presses))) this.#offer(control, false);
    mediaSession.metadata = null;
    mediaSession.playbackState = "none";
  }

  /** @param {Control} control @param {boolean} offered */
  #offer(control, offered) {
    try {
      navigator.mediaSession.setActionHandler(/** @type {any} */ (control), offered ? this.#presses[control] : null);
    } catch {
      // This browser does not know it.
    }
  }
}
