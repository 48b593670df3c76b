/** Turns to speak, where a room takes them: whose it is, the end of it, and one's own voice, which waits for one's turn. */

import { fill } from "./config.js";
import { byId } from "./page.js";

/** @typedef {import("./protocol.js").Turn} Turn */

/** Where the button offered something else before, it ends one's own turn only after that many ms: a press was meant for that. */
const MEANT_MS = 700;

/**
 * What is said of a turn, as a key of the texts.
 * @param {Turn} turn
 * @param {string} me
 */
export function said({ speaker, heard }, me) {
  if (speaker) return speaker === me ? "turnYours" : "turnOf";
  if (heard) return heard === me ? "turnYoursHeard" : "turnHeard";
  return "turnFree";
}

/**
 * How one comes to speak oneself, as a key of the texts; "" where one does, or never will.
 * @param {Turn} turn
 * @param {string} me
 * @param {boolean} speaks whether one may
 * @param {number} place of one's hand, 0 where it is down
 */
export function way({ speaker }, me, speaks, place) {
  if (!speaks || speaker === me) return "";
  return place ? "turnComes" : "turnAsk";
}

/**
 * What a press does about a turn, as a key of the texts; "" where one may do nothing.
 * @param {Turn} turn
 * @param {string} me
 * @param {boolean} host
 */
export function offered({ speaker, heard }, me, host) {
  if (speaker === me) return "turnEnd";
  if (!host) return "";
  if (speaker) return "turnEndOf";
  return heard ? "turnSkip" : "";
}

export class Turns {
  #roster;
  #config;
  #act;
  #speaks = false;
  #taken = false;
  /** Whether one's voice waits for one's turn. */
  #waits = false;
  /** What the button offers, as a key of the texts, and from when on it is pressed for that. */
  #offer = { key: "", from: 0 };

  /**
   * @param {import("./roster.js").Roster} roster
   * @param {import("./config.js").CallConfig} config
   * @param {object} act
   * @param {(method: string, data: object) => void} act.ask the SFU
   * @param {(waits: boolean, open: boolean) => void} act.voice one's voice waits for one's turn or not, and is opened with it
   * @param {(text: string) => void} act.tell
   */
  constructor(roster, config, act) {
    this.#roster = roster;
    this.#config = config;
    this.#act = act;
    byId("turn-end")?.addEventListener("click", () => this.#end());
  }

  /** @param {readonly string[]} rights one's own, from now on */
  hold(rights) {
    this.#speaks = rights.includes("audio") && !this.#config.reader;
  }

  /** Shows whose turn it is; one's voice follows. */
  show() {
    const { turn, host } = this.#roster;
    const { participant: me } = this.#config;
    this.#follow(turn, me);
    const bar = byId("turns");
    if (bar) bar.hidden = turn === null;
    if (!turn) return;
    const place = this.#roster.hand(me);
    const name = this.#roster.name(turn.speaker ?? turn.heard ?? "");
    this.#write("turn", said(turn, me), { name });
    this.#write("turn-way", way(turn, me, this.#speaks, place), { place: String(place) });
    const key = offered(turn, me, host);
    if (key !== this.#offer.key) this.#offer = { key, from: performance.now() + (this.#offer.key && key === "turnEnd" ? MEANT_MS : 0) };
    this.#write("turn-end", key, { name });
  }

  /**
   * @param {Turn | null} turn
   * @param {string} me
   */
  #follow(turn, me) {
    const taken = turn !== null;
    const mine = turn?.speaker === me;
    const waits = taken && !mine && !this.#roster.interprets(me);
    const changes = { voice: waits !== this.#waits, mode: taken !== this.#taken };
    this.#taken = taken;
    this.#waits = waits;
    if (changes.voice) this.#act.voice(waits, mine);
    if (changes.mode && this.#speaks) this.#act.tell(this.#config.texts[taken ? "turnsBegin" : "turnsOver"] ?? "");
  }

  /** Ends the turn that is shown, and no other that may have begun meanwhile. */
  #end() {
    if (performance.now() < this.#offer.from) return;
    const { turn } = this.#roster;
    const participant = turn?.speaker ?? turn?.heard;
    if (participant) this.#act.ask("endTurn", { participant });
  }

  /**
   * @param {string} id
   * @param {string} key of the texts; "": hidden
   * @param {Readonly<Record<string, string>>} values
   */
  #write(id, key, values) {
    const element = byId(id);
    if (!element) return;
    const text = key && fill(this.#config.texts[key] ?? key, values);
    if (element.textContent !== text) element.textContent = text; // said once
    element.hidden = key === "";
  }
}
