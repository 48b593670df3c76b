/** People who interpret in the machine's place: who does now, and one's own way in and out of it. */

import { fill } from "./config.js";
import { byId } from "./page.js";

/**
 * @typedef {{ source: string, target: string }} Pair what an interpreter works from and into
 *
 * @typedef {object} Booth a pair that somebody here may interpret
 * @property {string} pair as "pt>en"
 * @property {string | null} person who has said that they interpret it now
 * @property {boolean} silent whether the machine does it in their place, since nothing is heard of them
 */

const RIGHT = "interpret:";

/**
 * @param {string} pair
 * @returns {Pair}
 */
export function languagesOf(pair) {
  const [source = "", target = ""] = pair.split(">");
  return { source, target };
}

/**
 * The pairs that somebody with these rights may interpret.
 * @param {readonly string[] | undefined} rights
 */
export const pairsOf = (rights) => (rights ?? []).filter((right) => right.startsWith(RIGHT)).map((right) => right.slice(RIGHT.length));

/**
 * What is said of a pair, as a key of the texts.
 * @param {Booth} booth
 * @param {string} me
 */
export function said({ person, silent }, me) {
  if (!person) return "machineInterprets";
  if (person === me) return silent ? "machineForYou" : "youInterpret";
  return silent ? "machineForSilent" : "personInterprets";
}

/**
 * What a press does about a pair, as a key of the texts.
 * @param {Booth} booth
 * @param {string} me
 */
export function offered({ person }, me) {
  if (person === me) return "interpretStop";
  return person ? "interpretTake" : "interpretBegin";
}

export class Interpreting {
  #roster;
  #config;
  #languageName;
  #act;
  /** @type {string | null} the pairs that one may interpret; null before the first hello */
  #may = null;
  /** What one interprets now, or "". */
  #mine = "";
  /** @type {Map<string, HTMLButtonElement>} by pair */
  #buttons = new Map();

  /**
   * @param {import("./roster.js").Roster} roster
   * @param {import("./config.js").CallConfig} config
   * @param {(code: string) => string} languageName
   * @param {object} act
   * @param {(method: string, data: object) => void} act.ask the SFU
   * @param {(open: boolean) => void} act.voice opens one's own voice, or mutes it
   * @param {(text: string) => void} act.tell
   */
  constructor(roster, config, languageName, act) {
    this.#roster = roster;
    this.#config = config;
    this.#languageName = languageName;
    this.#act = act;
  }

  /**
   * One's own rights, from now on.
   * @param {readonly string[]} rights
   */
  hold(rights) {
    const may = pairsOf(rights).join(" ");
    const before = this.#may;
    this.#may = may;
    if (before === null || before === may) return;
    this.#act.tell(this.#config.texts[may ? "interpretMay" : "interpretMayNot"] ?? "");
  }

  /**
   * Shows who interprets what is read or heard here, and what one may do oneself.
   * @param {(pair: string) => boolean} isSilent whether the machine interprets in somebody's place
   */
  show(isSilent) {
    const { participant: me, read, hear } = this.#config;
    this.#follow(this.#roster.interprets(me));
    const own = this.#config.reader ? [] : (this.#may ?? "").split(" ").filter(Boolean);
    const others = [...this.#roster.participants.values()].flatMap(({ rights }) => pairsOf(rights));
    const pairs = [...new Set([...own, ...others])].filter((pair) => own.includes(pair) || [read, hear].includes(languagesOf(pair).target));
    const booths = pairs.sort().map((pair) => ({ pair, person: this.#roster.interpreters.get(pair) ?? null, silent: isSilent(pair) }));
    const bar = byId("booths");
    const line = byId("interpreters");
    const text = booths.filter((booth) => booth.person || this.#roster.bridge === "up").map((booth) => this.#fill(said(booth, me), booth)).join(" ");
    if (bar) bar.hidden = booths.length === 0;
    if (line && line.textContent !== text) line.textContent = text; // said once
    this.#offer(booths.filter(({ pair }) => own.includes(pair)));
  }

  /** @param {string} pair which one interprets from now on; "": none */
  #follow(pair) {
    if (pair === this.#mine) return;
    const before = this.#mine;
    this.#mine = pair;
    if (Boolean(before) === Boolean(pair)) return;
    this.#act.voice(Boolean(pair));
    if (!pair) this.#act.tell(this.#config.texts.interpretOver ?? "");
  }

  /** @param {readonly Booth[]} booths which one may interpret */
  #offer(booths) {
    const place = byId("booth-acts");
    if (!place) return;
    for (const [pair, button] of this.#buttons) {
      if (booths.some((booth) => booth.pair === pair)) continue;
      button.remove();
      this.#buttons.delete(pair);
    }
    for (const booth of booths) {
      const button = this.#buttons.get(booth.pair) ?? this.#button(place, booth.pair);
      const key = offered(booth, this.#config.participant);
      const text = this.#fill(key, booth);
      if (button.textContent !== text) button.textContent = text;
      button.classList.toggle("quiet", key === "interpretStop");
    }
  }

  /**
   * @param {HTMLElement} place
   * @param {string} pair
   */
  #button(place, pair) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.dataset.pair = pair;
    button.addEventListener("click", () => {
      if (this.#mine === pair) this.#act.ask("stopInterpreting", {});
      else this.#act.ask("interpret", { pair });
    });
    this.#buttons.set(pair, button);
    place.append(button);
    return button;
  }

  /**
   * @param {string} key
   * @param {Booth} booth
   */
  #fill(key, { pair, person }) {
    const { source, target } = languagesOf(pair);
    const name = this.#roster.name(person ?? "");
    return fill(this.#config.texts[key] ?? key, { name, source: this.#languageName(source), target: this.#languageName(target) });
  }
}
