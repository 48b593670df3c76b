/** Raised hands: one's own, with its button, those that a host lowers, and what is said when one goes up. */

import { fill } from "./config.js";
import { byId } from "./page.js";

/** Hands that go up within so many ms are announced together: a class does so at once. */
const GATHER_MS = 400;
/** Names in one announcement. */
const MOST_NAMED = 3;

/**
 * What is said of hands that have gone up.
 * @param {readonly string[]} names
 * @param {Readonly<Record<string, string>>} texts
 */
export function sayRaised(names, texts) {
  if (names.length > MOST_NAMED) return fill(texts.handsRaised ?? "", { count: String(names.length) });
  return names.map((name) => fill(texts.handRaised ?? "", { name })).join(" ");
}

/**
 * The mark of a raised hand, as a symbol with its place; the symbol is that of the button.
 * @param {HTMLElement} mark
 * @param {number} place from 1; 0: the hand is down
 * @param {string} label what a screen reader says
 */
export function showMark(mark, place, label) {
  mark.hidden = place === 0;
  if (place === 0 || mark.dataset.place === String(place) && mark.getAttribute("aria-label") === label) return;
  mark.dataset.place = String(place);
  mark.setAttribute("aria-label", label);
  const symbol = byId("hand")?.querySelector("svg")?.cloneNode(true);
  mark.replaceChildren(...(symbol ? [symbol] : []), String(place));
}

export class Hands {
  #roster;
  #me;
  #texts;
  #tell;
  #ask;
  /** @type {Set<string>} whose hands have gone up and are not announced yet */
  #raised = new Set();
  #timer = 0;

  /**
   * @param {import("./roster.js").Roster} roster
   * @param {{ participant: string, demo: boolean, texts: Readonly<Record<string, string>> }} config
   * @param {(text: string) => void} tell
   * @param {(method: string, data: object) => void} ask the SFU
   */
  constructor(roster, { participant, demo, texts }, tell, ask) {
    this.#roster = roster;
    this.#me = participant;
    this.#texts = texts;
    this.#tell = tell;
    this.#ask = ask;
    const button = byId("hand");
    if (demo) return; // nobody is there to see it
    if (button) button.hidden = false;
    button?.addEventListener("click", () => this.#ask(this.#roster.hand(this.#me) ? "lowerHand" : "raiseHand", {}));
    byId("lower-hands")?.addEventListener("click", () => this.#ask("lowerHands", {}));
  }

  /**
   * A host lowers a hand, or one lowers one's own.
   * @param {string} participant
   */
  lower(participant) {
    this.#ask("lowerHand", { participant });
  }

  /**
   * Takes in an event that the roster has taken in.
   * @param {string} event
   * @param {any} data
   */
  take(event, data) {
    if (event === "handRaised" && data.participant === this.#me) {
      this.#tell(fill(this.#texts.handYours ?? "", { place: String(this.#roster.hand(this.#me)) }));
    } else if (event === "handRaised") {
      this.#raised.add(data.participant);
      this.#timer ||= window.setTimeout(() => this.#announce(), GATHER_MS);
    } else if (event === "handsLowered" && data.by !== null && data.participants.includes(this.#me)) { // null: it is their turn
      this.#tell((data.by === this.#me ? this.#texts.handDown : this.#texts.handLowered) ?? "");
    }
  }

  /** Shows the buttons as hands are. */
  show() {
    const place = this.#roster.hand(this.#me);
    byId("hand")?.setAttribute("aria-pressed", String(place > 0));
    const all = byId("lower-hands");
    if (all) all.hidden = !this.#roster.host || this.#roster.hands.length === 0;
  }

  #announce() {
    this.#timer = 0;
    const up = [...this.#raised].filter((id) => this.#roster.hand(id) > 0);
    this.#raised.clear();
    const names = up.map((id) => this.#roster.name(id)).filter(Boolean);
    if (names.length > 0) this.#tell(sayRaised(names, this.#texts));
  }
}
