/** What the person at the projector can change, by button and by key. */

import { keepReading, recallReading } from "./kept_reading.js";
import { byId } from "./page.js";
import { announceKeys } from "./shortcuts.js";
import { keep, recall } from "./stored.js";

const STORAGE_KEY = "jbc-projector-scale";
const SMALLEST = 0.4;
const LARGEST = 3;
const STEP = 1.15;
const HIDE_AFTER_MS = 3_000;

export class Projector {
  #scale = clamp(Number.parseFloat(recall(STORAGE_KEY)) || 1);
  #timer = 0;
  #reading = recallReading();
  /** @type {Readonly<Record<string, () => void>>} key → what it does; each has a button with the same data-key */
  #actions = {
    "+": () => this.#resize(STEP),
    "-": () => this.#resize(1 / STEP),
    f: () => void toggleFullscreen(),
    o: () => toggle("original", "always", "until"),
    n: () => toggle("names", "hide", "show"),
    q: () => toggle("code", "hide", "show"),
  };

  start() {
    this.#resize(1);
    document.addEventListener("keydown", (event) => this.#onKey(event));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-key]"))) {
      button.addEventListener("click", () => this.#actions[button.dataset.key ?? ""]?.());
    }
    byId("single-keys")?.addEventListener("click", () => this.#switchKeys());
    document.addEventListener("fullscreenchange", showPressed);
    for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) document.addEventListener(type, () => this.#wake());
    showPressed();
    this.#showKeys();
    this.#wake();
  }

  /** For those who dictate, or hit keys unawares; it holds on the call page of this browser too. */
  #switchKeys() {
    this.#reading = { ...recallReading(), keys: !this.#reading.keys };
    keepReading(this.#reading);
    this.#showKeys();
  }

  #showKeys() {
    const { keys } = this.#reading;
    document.body.dataset.keys = keys ? "on" : "off";
    byId("single-keys")?.setAttribute("aria-pressed", String(keys));
    announceKeys(keys);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.#reading.keys || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key === "=" ? "+" : event.key === "_" ? "-" : event.key.toLowerCase();
    const action = this.#actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** @param {number} factor */
  #resize(factor) {
    this.#scale = clamp(this.#scale * factor);
    document.documentElement.style.setProperty("--scale", String(this.#scale));
    keep(STORAGE_KEY, String(this.#scale));
    window.dispatchEvent(new Event("resize")); // the newest line stays in view
  }

  /** The controls are out of the way while nobody uses them. */
  #wake() {
    document.body.dataset.controls = "show";
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (!byId("controls")?.matches(":focus-within")) document.body.dataset.controls = "hide";
    }, HIDE_AFTER_MS);
  }
}

/** @param {number} scale */
function clamp(scale) {
  return Math.min(LARGEST, Math.max(SMALLEST, scale));
}

/**
 * @param {string} name of a data attribute of the body
 * @param {string} one
 * @param {string} other
 */
function toggle(name, one, other) {
  const { dataset } = document.body;
  dataset[name] = dataset[name] === one ? other : one;
  showPressed();
  window.dispatchEvent(new Event("resize"));
}

function showPressed() {
  const { original, names, code } = document.body.dataset;
  const pressed = { f: document.fullscreenElement !== null, o: original === "always", n: names === "show", q: code === "show" };
  for (const [key, on] of Object.entries(pressed)) document.querySelector(`[data-key="${key}"]`)?.setAttribute("aria-pressed", String(on));
}

async function toggleFullscreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}
