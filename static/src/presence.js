/** The list of people: who they are, what they speak, who is speaking. */

import { fill } from "./config.js";
import { showMark } from "./hands.js";

const LOOK_EVERY_MS = 100;
/** RMS (full scale 1) at which somebody counts as speaking, and below which they have stopped. */
const SPEAKING_RMS = 0.015;
const STOPPED_RMS = 0.006;
/** How long the mark stays after the last loud moment, ms: words have pauses. */
const HOLD_MS = 400;

/** What is said of others whose network is not good, as keys of the texts. */
const THEIRS = Object.freeze({ fair: "theirsFair", poor: "theirsPoor" });

/** @type {Readonly<Record<import("./roster.js").Voice, string>>} what is said of a voice, as keys of the texts */
const VOICES = Object.freeze({ on: "", muted: "silent", none: "noMicrophone" });

/**
 * Whether somebody is speaking, with hysteresis, so that the mark does not flicker.
 * @param {{ speaking: boolean, heard: number }} before `heard`: when last loud, ms
 * @param {number} rms
 * @param {number} now ms
 */
export function speakingNow(before, rms, now) {
  if (rms >= (before.speaking ? STOPPED_RMS : SPEAKING_RMS)) return { speaking: true, heard: now };
  return { speaking: before.speaking && now - before.heard < HOLD_MS, heard: before.heard };
}

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {readonly string[]} languages codes of what they speak
 * @property {string} interprets a pair of languages that they interpret now, or ""
 * @property {boolean} me
 * @property {boolean} host
 * @property {boolean} dubbed heard through the interpreter now
 * @property {import("./roster.js").Voice} voice
 * @property {boolean} untranslated whether what they say is for people's ears alone now
 * @property {import("./protocol.js").Quality} quality of their network
 * @property {number} hand its place among raised hands, from 1; 0: it is down
 */

export class Presence {
  #list;
  #texts;
  #languageName;
  #loudness;
  #onSpeaking;
  #onLower;
  #timer;
  /** Whether one lowers the hands of others. */
  #hosts = false;
  /** @type {Map<string, { item: HTMLElement, mark: HTMLElement, state: { speaking: boolean, heard: number } }>} */
  #items = new Map();

  /**
   * @param {HTMLElement | null} list
   * @param {Readonly<Record<string, string>>} texts
   * @param {(code: string) => string} languageName
   * @param {(id: string) => number} loudness RMS of a participant's voice now
   * @param {(id: string, speaking: boolean) => void} onSpeaking somebody began or ceased to speak
   * @param {(id: string) => void} onLower a host lowers somebody's hand
   */
  constructor(list, texts, languageName, loudness, onSpeaking, onLower) {
    this.#list = list;
    this.#texts = texts;
    this.#languageName = languageName;
    this.#loudness = loudness;
    this.#onSpeaking = onSpeaking;
    this.#onLower = onLower;
    this.#timer = window.setInterval(() => this.#tick(), LOOK_EVERY_MS);
  }

  /**
   * @param {readonly Row[]} rows in the order to show
   * @param {boolean} hosts whether one lowers the hands of others
   */
  render(rows, hosts) {
    if (!this.#list) return;
    this.#hosts = hosts;
    const wanted = rows.map((row) => this.#item(row));
    const ids = new Set(rows.map(({ id }) => id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
    if (wanted.some((item, index) => this.#list?.children[index] !== item) || this.#list.childElementCount !== wanted.length) {
      this.#list.replaceChildren(...wanted);
    }
  }

  stop() {
    window.clearInterval(this.#timer);
  }

  /** @param {Row} row */
  #item(row) {
    let entry = this.#items.get(row.id);
    if (!entry) {
      const item = document.createElement("li");
      item.dataset.participant = row.id;
      const mark = part("speaking", "");
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", this.#texts.speaking ?? "");
      mark.hidden = true;
      item.append(part("name", ""), part("language", ""), part("status", ""), part("quality", ""), mark);
      entry = { item, mark, state: { speaking: false, heard: 0 } };
      this.#items.set(row.id, entry);
    }
    const { item } = entry;
    item.classList.toggle("me", row.me);
    item.toggleAttribute("data-dubbed", row.dubbed);
    item.toggleAttribute("data-muted", row.voice === "muted");
    setText(item.querySelector(".name"), row.me ? `${row.name} (${this.#texts.you})` : row.name);
    setText(item.querySelector(".language"), row.languages.map(this.#languageName).join(", "));
    item.toggleAttribute("data-untranslated", row.untranslated);
    const heard = row.untranslated ? "untranslated" : row.dubbed ? "interpreted" : "";
    const said = [row.host ? "host" : "", row.interprets ? "interpreter" : "", VOICES[row.voice], heard].filter(Boolean);
    setText(item.querySelector(".status"), said.map((key) => this.#texts[key] ?? "").join(", "));
    item.dataset.quality = row.quality;
    this.#hand(item, row);
    setText(item.querySelector(".quality"), row.quality === "good" ? "" : (this.#texts[THEIRS[row.quality]] ?? ""));
    return item;
  }

  /**
   * A raised hand with its place; for hosts a button that lowers it.
   * @param {HTMLElement} item
   * @param {Row} row
   */
  #hand(item, { id, name, hand }) {
    const before = /** @type {HTMLElement | null} */ (item.querySelector(".hand"));
    const acts = this.#hosts && hand > 0;
    const mark = before && (hand === 0 || (before.tagName === "BUTTON") === acts) ? before : this.#mark(id, acts);
    const had = before !== null && document.activeElement === before;
    if (mark !== before && before) before.replaceWith(mark);
    else if (!before) item.querySelector(".name")?.after(mark);
    const label = (acts ? this.#texts.handLower : this.#texts.handUp) ?? "";
    showMark(mark, hand, fill(label, { name, place: String(hand) }));
    if (had && (mark.hidden || !acts)) this.#list?.focus(); // who works by keyboard stays in the list
  }

  /**
   * @param {string} id
   * @param {boolean} acts
   */
  #mark(id, acts) {
    const mark = document.createElement(acts ? "button" : "span");
    mark.className = "hand";
    if (mark instanceof HTMLButtonElement) {
      mark.type = "button";
      mark.addEventListener("click", () => this.#onLower(id));
    } else mark.setAttribute("role", "img");
    return mark;
  }

  #tick() {
    if (document.hidden) return;
    const now = performance.now();
    for (const [id, entry] of this.#items) {
      const next = speakingNow(entry.state, this.#loudness(id), now);
      if (next.speaking !== entry.state.speaking) {
        entry.item.classList.toggle("speaking", next.speaking);
        entry.mark.hidden = !next.speaking;
        this.#onSpeaking(id, next.speaking);
      }
      entry.state = next;
    }
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function part(name, text) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

/**
 * @param {Element | null} element
 * @param {string} text
 */
function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
