/** What one gives to the call oneself: voice, camera, screen, with the buttons and the choice of devices for them. */

import { cameraConstraints, chosen, tendSelect } from "./devices.js";
import { Loudspeaker } from "./loudspeaker.js";
import { Microphone } from "./microphone.js";
import { byId } from "./page.js";
import { Picture } from "./picture.js";
import { Talking } from "./talking.js";

/** @type {Readonly<Record<"microphone" | "camera" | "screen", import("./protocol.js").Right>>} what it takes to send it */
const NEEDS = { microphone: "audio", camera: "video", screen: "screen" };
const SCREEN_FRAMES_PER_SECOND = 15;

export class Own {
  microphone;
  camera;
  screen;
  #page;
  #onChange;
  #sends;
  #loudspeaker;
  #talking;
  /** Whether one is in the call: who waits before it, or has left, gives nothing to it. */
  #inside = false;
  /** Whether one's voice waits for one's turn. */
  #waits = false;
  /** @type {ReadonlySet<import("./protocol.js").Right>} */
  #rights = new Set();
  /** @type {import("./media.js").MediaSession | null} */
  #session = null;
  #over = new AbortController();
  /** @type {(() => Promise<void>)[]} */
  #fills = [];

  /**
   * @param {import("./config.js").CallConfig} config
   * @param {import("./page.js").Page} page
   * @param {() => void} onChange
   * @param {(deviceId: string) => Promise<void>} play plays on another loudspeaker, "" for the system's choice
   */
  constructor(config, page, onChange, play) {
    this.#page = page;
    this.#onChange = onChange;
    this.#sends = !config.reader && !config.demo;
    const { mediaDevices } = navigator;
    const changed = () => this.#changed();
    this.microphone = new Microphone(changed, () => page.tell(config.texts.apartRefused ?? ""));
    this.#talking = new Talking(this.microphone, config.texts, changed);
    this.camera = new Picture(
      "camera",
      () => mediaDevices.getUserMedia({ video: cameraConstraints(chosen("camera"), config.cameraHeight) }),
      changed,
    );
    this.screen = new Picture(
      "screen",
      () => mediaDevices.getDisplayMedia({ video: { frameRate: { max: SCREEN_FRAMES_PER_SECOND } } }),
      changed,
    );
    this.#tend("microphone", () => void this.microphone.exchange());
    this.#tend("camera", () => void this.camera.exchange());
    this.#loudspeaker = new Loudspeaker(play);
    this.#tend("speaker", () => void this.#loudspeaker.look());
    void this.#loudspeaker.look();
    mediaDevices?.addEventListener("devicechange", () => this.#look(), { signal: this.#over.signal });
  }

  /** One is in the call: asks for the microphone, where this page sends anything. */
  enter() {
    if (this.#inside || this.#over.signal.aborted) return;
    this.#inside = true;
    if (this.#sends && this.#may("microphone")) void this.microphone.ask();
    this.show();
  }

  /**
   * These rights one has from now on: what they do not allow is sent no more. A voice that may be sent again is muted
   * until one turns it on.
   * @param {readonly import("./protocol.js").Right[]} rights
   */
  hold(rights) {
    const before = this.#rights;
    this.#rights = new Set(rights);
    if (!this.#inside) return;
    for (const [source, right] of /** @type {["microphone" | "camera" | "screen", import("./protocol.js").Right][]} */ (Object.entries(NEEDS))) {
      const [could, may] = [before.has(right), this.#rights.has(right)];
      if (could && !may && source !== "microphone") this[source].stop();
      else if (could && !may) this.microphone.silence(true);
      else if (may && !could && this.#session) this[source].sendOn(this.#session);
    }
    if (this.#sends && this.#may("microphone") && !before.has("audio") && !this.microphone.track) {
      this.microphone.silence(false);
      void this.microphone.ask();
    }
    this.show();
  }

  /** A host has muted one's voice: until one turns it on again. */
  silence() {
    this.#talking.end();
    this.microphone.silence(false);
  }

  /**
   * One interprets from now on, and is heard; or does not any more, and is muted. Who holds a button to talk goes on so.
   * @param {boolean} open
   */
  interpret(open) {
    if (!this.#talking.pushes) this.microphone.mute(!open);
  }

  /**
   * One's voice waits for one's turn, or does not any more.
   * @param {boolean} waits
   * @param {boolean} open whether it is opened: not for whoever holds a button to talk
   */
  takeTurn(waits, open) {
    this.#waits = waits;
    if (waits) this.#talking.end();
    if (waits || (open && !this.#talking.pushes)) this.microphone.mute(waits);
  }

  /** There is no place in the call: until there is, nothing is recorded. */
  wait() {
    this.#inside = false;
    this.microphone.release();
    this.camera.stop();
    this.screen.stop();
    this.show();
  }

  /**
   * What the button of a device does.
   * @param {"microphone" | "camera" | "screen"} source
   */
  toggle(source) {
    if (this.#inside && this.#mayNow(source)) this[source].toggle();
  }

  /**
   * Sends everything that is on, on this session from now on.
   * @param {import("./media.js").MediaSession} session
   */
  sendOn(session) {
    this.#session = session;
    for (const source of [this.microphone, this.camera, this.screen]) source.sendOn(session);
  }

  /** The states of the devices. */
  get states() {
    return { mic: this.microphone.state, camera: this.camera.state, screen: this.screen.state };
  }

  /** Shows the buttons as they are. */
  show() {
    const { mic, camera, screen } = this.states;
    const shown = this.#sends && this.#inside;
    this.#talking.show(shown && this.#mayNow("microphone"));
    this.#page.device("mic", mic, mic === "off" || !this.#mayNow("microphone") || this.#talking.replaces);
    this.#page.device("camera", camera, !shown || !this.#may("camera"));
    this.#page.device("screen", screen, !shown || !this.#may("screen") || !navigator.mediaDevices?.getDisplayMedia);
  }

  /** Lets every device go for good, with its button. */
  leave() {
    this.#over.abort();
    this.#inside = false;
    this.#talking.stop();
    this.#loudspeaker.stop();
    for (const source of [this.microphone, this.camera, this.screen]) source.leave();
    this.show();
  }

  /**
   * Whether one may send it here now.
   * @param {"microphone" | "camera" | "screen"} source
   */
  may(source) {
    return this.#sends && this.#inside && this.#mayNow(source);
  }

  /** @param {"microphone" | "camera" | "screen"} source */
  #mayNow(source) {
    return this.#may(source) && !(source === "microphone" && this.#waits);
  }

  /** @param {"microphone" | "camera" | "screen"} source */
  #may(source) {
    return this.#rights.has(NEEDS[source]);
  }

  /** Devices have come or gone. */
  #look() {
    void this.microphone.look();
    void this.#loudspeaker.look();
  }

  #changed() {
    // Names of devices are known from the moment one of them is open.
    for (const fill of this.#fills) void fill();
    this.#onChange();
  }

  /**
   * @param {import("./devices.js").DeviceUse} use
   * @param {(deviceId: string) => void} onChoice
   */
  #tend(use, onChoice) {
    const select = byId(`choose-${use}`);
    if (select instanceof HTMLSelectElement) this.#fills.push(tendSelect(select, use, onChoice));
  }
}
