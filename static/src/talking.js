/** How one's microphone is used: open, or only while one holds it; and what one says that is not to be translated. */

import { Hold, tendHold } from "./hold.js";
import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const KEY = "jbc.push-to-talk";

/** @type {Readonly<Record<import("./hold.js").Held, string>>} what the button for talking says, as keys of the texts */
const TALK = { off: "talkHold", held: "talkHeld", locked: "talkLocked" };

/**
 * What is said of one's voice, as a key of the texts; "" where there is nothing to say.
 * @param {boolean} pushes whether it is heard only while one holds it
 * @param {import("./hold.js").Held} talk
 * @param {boolean} apart whether it is not translated
 */
export function said(pushes, talk, apart) {
  if (apart) return "talkApart";
  if (!pushes) return "";
  return talk === "off" ? "talkOff" : talk === "held" ? "talkOn" : "talkOnLocked";
}

export class Talking {
  /** Whether one is heard only while one holds a key or the button. */
  pushes = recall(KEY) === "on";
  #microphone;
  #texts;
  #onChange;
  #talk = new Hold(() => this.#apply());
  #apart = new Hold(() => this.#apply());
  #over = new AbortController();
  #inUse = false;

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {Readonly<Record<string, string>>} texts
   * @param {() => void} onChange
   */
  constructor(microphone, texts, onChange) {
    this.#microphone = microphone;
    this.#texts = texts;
    this.#onChange = onChange;
    const { signal } = this.#over;
    tendHold(this.#talk, byId("talk"), " ", signal);
    tendHold(this.#apart, byId("untranslated"), "o", signal);
    const box = byId("push-to-talk");
    if (!(box instanceof HTMLInputElement)) this.pushes = false; // this page sends no voice
    else {
      box.checked = this.pushes;
      box.addEventListener("change", () => this.#choose(box.checked), { signal });
    }
    if (this.pushes) microphone.mute(true);
  }

  /** Whether the button to hold takes the place of the microphone's. */
  get replaces() {
    return this.pushes && this.#microphone.track !== null;
  }

  /** A host has muted the microphone: a press that goes on counts no more. */
  end() {
    this.#talk.end();
    this.#apart.end();
  }

  /**
   * Shows the buttons as they are.
   * @param {boolean} inUse whether one is in the call, and may speak
   */
  show(inUse) {
    this.#inUse = inUse && this.#microphone.track !== null;
    if (!this.#inUse) this.end();
    this.#button("talk", this.#talk, this.#inUse && this.replaces);
    this.#button("untranslated", this.#apart, this.#inUse);
    const label = byId("talk")?.querySelector("span");
    const text = this.#texts[TALK[this.#talk.state]] ?? "";
    if (label && label.textContent !== text) label.textContent = text;
    const now = this.#inUse ? said(this.pushes, this.#talk.state, this.#apart.on) : "";
    const line = byId("talking");
    if (line && line.dataset.now !== now) {
      line.dataset.now = now;
      line.textContent = this.#texts[now] ?? "";
    }
  }

  stop() {
    this.#over.abort();
    this.end();
  }

  /** @param {string} id @param {Hold} hold @param {boolean} shown */
  #button(id, hold, shown) {
    const button = byId(id);
    if (!button) return;
    button.hidden = !shown;
    button.dataset.state = hold.state;
    button.setAttribute("aria-pressed", String(hold.on));
  }

  /** @param {boolean} pushes */
  #choose(pushes) {
    this.pushes = pushes;
    keep(KEY, pushes ? "on" : "");
    this.end();
    this.#onChange();
    this.#microphone.mute(true); // also where it is open from now on: nobody is heard who has not said so
  }

  /** Who holds "do not translate" talks as well. */
  #apply() {
    this.#microphone.keepApart(this.#apart.on);
    if (this.pushes) this.#microphone.mute(!(this.#talk.on || this.#apart.on));
    this.#onChange();
  }
}
