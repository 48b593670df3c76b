/** Who still listens to what one has said: a quiet sign until the last of them has heard it, and by choice a sound. */

import { fill } from "./config.js";
import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const KEY = "jbc.sound-when-heard";
const COUNT_EVERY_MS = 250;

/**
 * What the sign says.
 * @param {number} count how many still listen
 * @param {string} name of the one who does
 * @param {number | null} seconds how long, as far as it is known
 * @param {Readonly<Record<string, string>>} texts
 */
export function sign(count, name, seconds, texts) {
  if (count === 0) return "";
  const who = count === 1 ? fill(texts.listensStill ?? "", { name }) : fill(texts.listenStill ?? "", { count: String(count) });
  return seconds === null ? who : fill(texts.listensFor ?? "", { who, seconds: String(Math.max(1, Math.ceil(seconds))) });
}

export class StillListening {
  #texts;
  #name;
  #chime;
  /** How many still listen, and the id of the one who does. */
  #count = 0;
  #listener = "";
  /** @type {number | null} when the last of them will have heard it, ms */
  #ends = null;
  #timer = 0;
  #over = new AbortController();

  /**
   * @param {Readonly<Record<string, string>>} texts
   * @param {(id: string) => string} name of somebody; "" where they have left
   * @param {() => void} chime plays the sound
   */
  constructor(texts, name, chime) {
    this.#texts = texts;
    this.#name = name;
    this.#chime = chime;
    const box = byId("sound-when-heard");
    if (!(box instanceof HTMLInputElement)) return;
    box.checked = recall(KEY) === "on";
    box.addEventListener("change", () => keep(KEY, box.checked ? "on" : ""), { signal: this.#over.signal });
  }

  /** @param {{ count: number, listener: string | null, seconds: number | null }} heard */
  take({ count, listener, seconds }) {
    const over = this.#count > 0 && count === 0;
    this.#count = count;
    this.#listener = listener ?? "";
    this.#ends = seconds === null ? null : performance.now() + 1000 * seconds;
    window.clearInterval(this.#timer);
    if (count > 0) this.#timer = window.setInterval(() => this.#show(), COUNT_EVERY_MS);
    this.#show();
    if (over && recall(KEY) === "on") this.#chime();
  }

  /** The call begins anew, or is over: nobody is known to listen. */
  forget() {
    this.#count = 0;
    window.clearInterval(this.#timer);
    this.#show();
  }

  stop() {
    this.#over.abort();
    this.forget();
  }

  #show() {
    const line = byId("still-listening");
    if (!line) return;
    const seconds = this.#ends === null ? null : (this.#ends - performance.now()) / 1000;
    const text = sign(this.#count, this.#name(this.#listener), seconds, this.#texts);
    if (line.textContent !== text) line.textContent = text;
    line.hidden = text === "";
  }
}
