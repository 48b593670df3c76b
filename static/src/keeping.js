/** The red sign of a call that is kept. The rest, asking included, is the web server's (templates/partials/keeping.html). */

import { byId } from "./page.js";

/** @typedef {import("./protocol.js").Keeping} Keep */

/**
 * What the sign says, as a key of the texts; "" where there is none.
 * @param {Keep | null} keeping
 * @param {"up" | "down"} bridge
 * @returns {"" | "kept" | "notKept"}
 */
export function signOf(keeping, bridge) {
  if (!keeping) return "";
  return keeping.trouble || bridge === "down" ? "notKept" : "kept";
}

export class Keeping {
  /** @type {Keep | null} */ #keeping = null;
  /** @type {"up" | "down"} */ #bridge = "up";
  #texts;

  /**
   * @param {Readonly<Record<string, string>>} texts
   * @param {(text: string) => void} tell
   */
  constructor(texts, tell) {
    this.#texts = texts;
    for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
      document.body.addEventListener(type, ({ target }) => {
        const pressed = target instanceof Element && target.matches("form") && target.closest("#keeping, #keeping-host");
        if (pressed) tell(texts.notDone ?? ""); // htmx itself says nothing
      });
    }
  }

  /** @param {import("./protocol.js").Hello} hello */
  reset(hello) {
    this.#bridge = hello.bridge;
    this.#see(hello.keeping ?? null);
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  take(event, data) {
    if (event === "keeping") this.#see(data.keeping);
    else if (event === "bridge") {
      this.#bridge = data.state;
      this.#show();
    }
  }

  /** @param {Keep | null} keeping */
  #see(keeping) {
    const changed = keeping !== null || this.#keeping !== null;
    this.#keeping = keeping;
    this.#show();
    if (changed) document.body.dispatchEvent(new Event("keeping")); // htmx asks what is kept, and of whom
  }

  #show() {
    const sign = byId("kept-sign");
    if (!sign) return;
    const says = signOf(this.#keeping, this.#bridge);
    sign.hidden = says === "";
    sign.dataset.state = says;
    const text = this.#texts[says] ?? "";
    if (sign.textContent !== text) sign.textContent = text; // a screen reader says what changes
  }
}
