/** People who interpret in the machine's place: who does now, and one's own way in and out of it. */

import { fill } from "./config.js";
import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

/**
 * @typedef {{ source: string, target: string }} Pair what an interpreter works from and into
 *
 * @typedef {object} Booth a pair that somebody here may interpret
 * @property {string} pair as "pt>en"
 * @property {string | null} person who has said that they interpret it now
 * @property {boolean} silent whether the machine does it in their place, since nothing is heard of them
 */

const RIGHT = "interpret:";
const KEY = "jbc.interpreting";
/** Whoever was away for longer, ms, has to begin again: the others may have arranged themselves otherwise. */
const RETURNS_WITHIN_MS = 120_000;

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

/**
 * What becomes of a pair that one interpreted, when one is back.
 * @param {string | undefined} person who interprets it now
 * @param {boolean} may whether one still may
 * @param {number} away for how long one was, ms
 * @returns {"resume" | "offer" | "over"}
 */
export function comingBack(person, may, away) {
  if (person || !may) return "over"; // the page says who does it now
  return away <= RETURNS_WITHIN_MS ? "resume" : "offer";
}

/**
 * What is said where a host has changed what somebody may interpret, as a key of the texts.
 * @param {string} may the pairs
 * @param {boolean} reader whether this page sends no voice
 */
export function granted(may, reader) {
  if (!may) return "interpretMayNot";
  return reader ? "interpretMayReader" : "interpretMay";
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
  /** What one goes on with as soon as the SFU has agreed, or "". */
  #returning = "";
  #over = false;
  /** @type {Map<string, HTMLButtonElement>} by pair */
  #buttons = new Map();

  /**
   * @param {import("./roster.js").Roster} roster
   * @param {import("./config.js").CallConfig} config
   * @param {(code: string) => string} languageName
   * @param {object} act
   * @param {(method: string, data: object) => Promise<boolean>} act.ask the SFU; whether it has done so
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
    if (may) byId("offered")?.remove();
    if (before === null || before === may) return;
    this.#act.tell(this.#config.texts[granted(may, this.#config.reader)] ?? "");
  }

  /** The connection or the page ends: what one interprets now can go on when one is back. */
  away() {
    if (!this.#mine || this.#over || recall(KEY, "sessionStorage")) return;
    keep(KEY, JSON.stringify({ room: this.#config.room, pair: this.#mine, at: Date.now() }), "sessionStorage");
  }

  /** One has left: there is nothing to go on with. */
  leave() {
    this.#over = true;
    keep(KEY, "", "sessionStorage");
  }

  /** One is in the call, perhaps again: goes on with what one interpreted, or says how to. */
  async enter() {
    const { room, pair, at } = JSON.parse(recall(KEY, "sessionStorage") || "{}");
    if (!pair) return;
    const step = room === this.#config.room ? comingBack(this.#roster.interpreters.get(pair), this.#own.includes(pair), Date.now() - at) : "over";
    if (step === "resume") {
      this.#returning = pair;
      const done = await this.#act.ask("interpret", { pair });
      if (done) return this.#say(["interpretAgain"], pair);
      this.#returning = "";
      this.#follow(this.#roster.interprets(this.#config.participant));
    } else {
      keep(KEY, "", "sessionStorage");
      if (step === "offer") this.#say([...(this.#end() ? ["interpretOver"] : []), "interpretBefore"], pair);
    }
  }

  /**
   * Shows who interprets what is read or heard here, and what one may do oneself.
   * @param {(pair: string) => boolean} isSilent whether the machine interprets in somebody's place
   */
  show(isSilent) {
    const { participant: me, read, hear } = this.#config;
    this.#follow(this.#roster.interprets(me));
    const own = this.#own;
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
    if (this.#returning) {
      if (!pair) return; // the SFU has not agreed yet
      this.#returning = "";
      keep(KEY, "", "sessionStorage");
    }
    if (pair === this.#mine) return;
    if (!pair) {
      this.#end();
      return this.#act.tell(this.#config.texts.interpretOver ?? "");
    }
    const before = this.#mine;
    this.#mine = pair;
    if (!before) this.#act.voice(true);
  }

  /** One does not interpret any more. @returns {boolean} whether one did */
  #end() {
    const before = this.#mine;
    this.#mine = "";
    if (before) this.#act.voice(false);
    return before !== "";
  }

  /** The pairs that one may interpret on this page. */
  get #own() {
    return this.#config.reader ? [] : (this.#may ?? "").split(" ").filter(Boolean);
  }

  /**
   * @param {readonly string[]} keys of the texts
   * @param {string} pair
   */
  #say(keys, pair) {
    this.#act.tell(keys.map((key) => this.#fill(key, { pair, person: null })).join(" "));
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
      void (this.#mine === pair ? this.#act.ask("stopInterpreting", {}) : this.#act.ask("interpret", { pair }));
    });
    this.#buttons.set(pair, button);
    place.append(button);
    return button;
  }

  /**
   * @param {string} key
   * @param {Omit<Booth, "silent">} booth
   */
  #fill(key, { pair, person }) {
    const { source, target } = languagesOf(pair);
    const name = this.#roster.name(person ?? "");
    return fill(this.#config.texts[key] ?? key, { name, source: this.#languageName(source), target: this.#languageName(target) });
  }
}
