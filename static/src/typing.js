/** Lines that one types to say them: the field at the foot of the call page. */

import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const SPOKEN = "jbc.speak-typed";

/** @typedef {{ line: string, text: string, spoken: boolean }} Line `line`: our own name for it, so that one sent twice is one */

/** Codes of failures after which the line may have arrived all the same. */
const UNSURE = ["closed", "timeout"];

/**
 * What to say of a line that was not taken: a key of the texts.
 * @param {unknown} error of the request
 */
export function failureOf(error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (UNSURE.includes(code)) return "typedLost";
  if (code === "limit") return "typedTooMany";
  return code === "forbidden" ? "typedForbidden" : "typedFailed";
}

/** @returns {string} a name that nobody else has; `crypto.randomUUID` is there on https:// pages alone */
function newName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends lines one after the other, in the order in which they were typed; those behind one that fails are not sent. */
export class Lines {
  #send;
  /** @type {string[]} */
  #waiting = [];
  /** What may have arrived although no answer came. @type {{ text: string, line: string } | null} */
  #unsure = null;
  #sending = false;

  /** @param {(line: Line) => Promise<unknown>} send rejects where a line was not taken */
  constructor(send) {
    this.#send = send;
  }

  /**
   * @param {string} text
   * @param {() => boolean} spoken whether it is to be spoken, asked when it is sent
   * @returns {Promise<{ unsent: string, error: unknown } | null>} null once it was taken, or where it waits behind
   *   another whose sender is told; or else all that was not taken, and why
   */
  async say(text, spoken) {
    this.#waiting.push(...this.#parts(text));
    if (this.#sending) return null;
    this.#sending = true;
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        const line = this.#unsure?.text === next ? this.#unsure.line : newName();
        this.#unsure = { text: next, line };
        await this.#send({ line, text: next, spoken: spoken() });
        this.#unsure = null;
        this.#waiting.shift();
      }
      return null;
    } catch (error) {
      if (failureOf(error) !== "typedLost") this.#unsure = null;
      return { unsent: this.#waiting.splice(0).join(" "), error };
    } finally {
      this.#sending = false;
    }
  }

  /**
   * What was typed; what may have arrived and begins it apart from the rest: only so is it the same line.
   * @param {string} text
   */
  #parts(text) {
    const before = this.#sending ? undefined : this.#unsure?.text;
    return before && text.startsWith(`${before} `) ? [before, text.slice(before.length + 1)] : [text];
  }
}

export class Typing {
  #texts;
  #lines;
  #form = byId("typing");
  #field = /** @type {HTMLInputElement | null} */ (byId("typed-line"));
  #button = byId("speak-typed");
  #spoken = recall(SPOKEN) === "yes";
  /** Whether one may say anything. */
  #may = true;

  /**
   * @param {Readonly<Record<string, string>>} texts
   * @param {(line: Line) => Promise<unknown>} send
   */
  constructor(texts, send) {
    this.#texts = texts;
    this.#lines = new Lines(send);
    this.#form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#field?.addEventListener("blur", () => this.#show());
    this.#button?.addEventListener("click", () => this.#choose(!this.#spoken));
    this.#choose(this.#spoken);
  }

  /**
   * These rights one has from now on.
   * @param {readonly import("./protocol.js").Right[]} rights
   */
  hold(rights) {
    this.#may = rights.includes("captions");
    this.#show();
  }

  /**
   * A host has muted us: lines are shown, and not spoken until one chooses that again.
   * @returns {boolean} whether they were spoken
   */
  silence() {
    const before = this.#spoken;
    this.#choose(false);
    return before;
  }

  /** It stays while somebody types: their next letters would be keys of the page, and turn on a camera. */
  #show() {
    if (this.#form) this.#form.hidden = !this.#may && document.activeElement !== this.#field;
  }

  /** @param {boolean} spoken */
  #choose(spoken) {
    this.#spoken = spoken;
    this.#button?.setAttribute("aria-pressed", String(spoken));
    keep(SPOKEN, spoken ? "yes" : "");
  }

  async #submit() {
    const field = this.#field;
    const text = field?.value.trim();
    if (!field || !text) return;
    field.value = "";
    const failed = await this.#lines.say(text, () => this.#spoken);
    if (failed) {
      console.warn("call: a typed line was not sent:", failed.error);
      field.value = [failed.unsent, field.value].filter(Boolean).join(" "); // nothing that was typed is lost
    }
    const failure = failed && failureOf(failed.error);
    const problem = byId("typing-problem");
    if (problem) problem.textContent = failure && (this.#texts[failure] ?? failure);
  }
}
