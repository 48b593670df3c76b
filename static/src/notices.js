/** Why something is missing from the call, in the reader's words. No DOM. */

import { dubLabel, fill } from "./config.js";

/**
 * The rungs of the bridge's ladder, the worst first.
 * @type {readonly (string | undefined)[]}
 */
const LEVELS = ["original", "source_captions", "translated_captions", "voice"];

/**
 * @typedef {import("./protocol.js").NoticePayload} NoticePayload
 * @typedef {NoticePayload & { reason: string }} Trouble
 */

/**
 * Whether a notice is about something this page would show or play, from somebody who is here.
 * @param {string} key "dub:{speaker}:{version}" or "captions:{speaker}:{language}"; a speaker's id may hold colons
 * @param {{ read: string } & import("./config.js").Heard} config
 * @param {ReadonlyMap<string, unknown>} others by id
 */
export function concerns(key, config, others) {
  const mine = [["dub:", `:${dubLabel(config)}`], ["captions:", `:${config.read}`]];
  return mine.some(
    ([what = "", whose = ""]) =>
      key.startsWith(what) && key.endsWith(whose) && others.has(key.slice(what.length, -whose.length)),
  );
}

/** @param {{ level?: string }} payload */
function rank({ level }) {
  const index = LEVELS.indexOf(level);
  return index === -1 ? LEVELS.length : index;
}

export class Notices {
  /** @type {Map<string, NoticePayload>} */
  #payloads = new Map();
  #config;

  /** @param {import("./config.js").CallConfig} config */
  constructor(config) {
    this.#config = config;
  }

  /** @param {readonly import("./protocol.js").Notice[]} notices all there are */
  reset(notices) {
    this.#payloads.clear();
    notices.forEach((notice) => this.take(notice));
  }

  /** @param {import("./protocol.js").Notice} notice */
  take({ key, payload }) {
    if (payload) this.#payloads.set(key, payload);
    else this.#payloads.delete(key);
  }

  /**
   * The worst thing that concerns this page now.
   * @param {{ bridge: "up" | "down" | null, participants: ReadonlyMap<string, unknown> }} roster
   * @returns {Trouble | null}
   */
  worst({ bridge, participants }) {
    if (bridge === "down") return { reason: "interpreter_gone" };
    /** @type {Trouble | null} */
    let worst = null;
    for (const [key, { reason, ...rest }] of this.#payloads) {
      if (!reason || !concerns(key, this.#config, participants)) continue;
      if (!worst || rank(rest) < rank(worst)) worst = { ...rest, reason };
    }
    return worst;
  }

  /**
   * Whether the machine interprets in place of somebody of whom nothing is heard.
   * @param {string} pair
   */
  silent(pair) {
    return this.#payloads.has(`interpreter:${pair}`);
  }

  /**
   * A notice as a sentence.
   * @param {Trouble} payload
   * @param {(code: string) => string} languageName
   */
  sentence(payload, languageName) {
    const named = (/** @type {string | undefined} */ code) => (code ? languageName(code) : undefined);
    const text = this.#config.texts[payload.reason] ?? payload.reason;
    return fill(text, { source: named(payload.source), target: named(payload.target), install: payload.install });
  }
}

/**
 * A namer of languages.
 * @param {string} locale of the page
 * @returns {(code: string) => string}
 */
export function languageNamer(locale) {
  const names = new Intl.DisplayNames([locale || "en"], { type: "language" });
  return (code) => names.of(code) ?? code;
}
