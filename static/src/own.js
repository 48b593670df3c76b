/** What one gives to the call oneself: voice, camera, screen, with the buttons and the choice of devices for them. */

import { cameraConstraints, chosen, tendSelect } from "./devices.js";
import { Microphone } from "./microphone.js";
import { byId } from "./page.js";
import { Picture } from "./picture.js";

const SCREEN_FRAMES_PER_SECOND = 15;

export class Own {
  microphone;
  camera;
  screen;
  #page;
  #onChange;
  #sends;
  #over = false;
  /** @type {(() => Promise<void>)[]} */
  #fills = [];

  /**
   * @param {import("./config.js").CallConfig} config
   * @param {import("./page.js").Page} page
   * @param {() => void} onChange
   * @param {(deviceId: string) => void} onOutput another loudspeaker was chosen
   */
  constructor(config, page, onChange, onOutput) {
    this.#page = page;
    this.#onChange = onChange;
    this.#sends = !config.reader && !config.demo;
    const { mediaDevices } = navigator;
    const changed = () => this.#changed();
    this.microphone = new Microphone(changed);
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
    this.#tend("speaker", onOutput);
  }

  /** Asks for the microphone, where this page sends anything. */
  start() {
    if (this.#sends) void this.microphone.ask();
  }

  /**
   * Sends everything that is on, on this session from now on.
   * @param {import("./media.js").MediaSession} session
   */
  sendOn(session) {
    for (const source of [this.microphone, this.camera, this.screen]) source.sendOn(session);
  }

  /** The states of the devices. */
  get states() {
    return { mic: this.microphone.state, camera: this.camera.state, screen: this.screen.state };
  }

  /** Shows the buttons as they are. */
  show() {
    const { mic, camera, screen } = this.states;
    this.#page.device("mic", mic, mic === "off");
    const shown = this.#sends && !this.#over;
    this.#page.device("camera", camera, !shown);
    this.#page.device("screen", screen, !shown || !navigator.mediaDevices?.getDisplayMedia);
  }

  /** Lets every device go for good, with its button. */
  leave() {
    this.#over = true;
    for (const source of [this.microphone, this.camera, this.screen]) source.leave();
    this.show();
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
