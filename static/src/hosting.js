/** What hosts have decided, as this page hears of it: rights that come and go, and who is host. No media. */

import { fill } from "./config.js";
import { byId } from "./page.js";

/**
 * @typedef {import("./protocol.js").Right} Right
 * @typedef {readonly Right[]} Rights
 */

/**
 * What to say to somebody whose rights have changed: keys of the texts.
 * @param {Rights} before
 * @param {Rights} now
 * @returns {("hostNow" | "hostNoMore" | "voiceGiven" | "voiceTaken")[]}
 */
export function changes(before, now) {
  /** @type {("hostNow" | "hostNoMore" | "voiceGiven" | "voiceTaken")[]} */
  const said = [];
  if (now.includes("moderate") !== before.includes("moderate")) said.push(now.includes("moderate") ? "hostNow" : "hostNoMore");
  if (now.includes("audio") !== before.includes("audio")) said.push(now.includes("audio") ? "voiceGiven" : "voiceTaken");
  return said;
}

export class Hosting {
  /** @type {Rights} */
  #rights = [];
  #known = false;
  #texts;
  #tell;

  /**
   * @param {Readonly<Record<string, string>>} texts
   * @param {(text: string) => void} tell
   */
  constructor(texts, tell) {
    this.#texts = texts;
    this.#tell = tell;
  }

  /**
   * One's own rights, from now on.
   * @param {Rights} rights
   */
  hold(rights) {
    const said = this.#known ? changes(this.#rights, rights) : [];
    const turned = this.#rights.includes("moderate") !== rights.includes("moderate");
    this.#rights = rights;
    this.#known = true;
    if (said.length > 0) this.#tell(said.map((key) => this.#texts[key] ?? key).join(" "));
    if (turned) this.#show(rights.includes("moderate"));
  }

  /**
   * Somebody else is as `now` says.
   * @param {import("./protocol.js").Participant | undefined} before
   * @param {import("./protocol.js").Participant} now
   */
  see(before, now) {
    if (!before || before.rights?.includes("moderate") || !now.rights?.includes("moderate")) return;
    this.#tell(fill(this.#texts.hostIs ?? "", { name: now.meta.name }));
  }

  /** @param {boolean} host */
  #show(host) {
    const button = byId("hosting-button");
    const without = host && button?.hidden; // else the page came with the form of how the room is held: somebody may be filling it in
    if (button) button.hidden = !host;
    const panel = byId("hosting");
    if (!host && panel?.matches(":popover-open")) panel.hidePopover();
    document.body.dispatchEvent(new Event("hosting")); // htmx asks what a host can do now
    if (without) document.body.dispatchEvent(new Event("holding"));
  }
}
