/** Which microphone hears a talk, and which loudspeaker speaks in it: as in a call, and remembered with that. */

import { tendSelect } from "./devices.js";
import { Loudspeaker } from "./loudspeaker.js";
import { byId } from "./page.js";

export class TalkDevices {
  #microphone;
  #loudspeaker;
  #over = new AbortController();
  /** @type {(() => Promise<void>)[]} */
  #fills = [];

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {(deviceId: string) => Promise<void>} play plays on another loudspeaker, "" for the system's choice
   */
  constructor(microphone, play) {
    this.#microphone = microphone;
    this.#loudspeaker = new Loudspeaker(play);
    this.#tend("microphone", () => void microphone.exchange());
    this.#tend("speaker", () => void this.#loudspeaker.look());
    void this.#loudspeaker.look();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#look(), { signal: this.#over.signal });
  }

  /** A device has opened: their names are known from then on. */
  name() {
    for (const fill of this.#fills) void fill();
  }

  stop() {
    this.#over.abort();
    this.#loudspeaker.stop();
  }

  #look() {
    void this.#microphone.look();
    void this.#loudspeaker.look();
  }

  /**
   * @param {import("./devices.js").DeviceUse} use
   * @param {() => void} onChoice
   */
  #tend(use, onChoice) {
    const select = byId(`choose-${use}`);
    if (select instanceof HTMLSelectElement) this.#fills.push(tendSelect(select, use, onChoice));
  }
}
