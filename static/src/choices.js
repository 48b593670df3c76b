/** What one speaks, reads and hears, changed in the middle of a call: a form that htmx sends, and a volume. */

import { UNDER } from "./gains.js";
import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const KEY = "jbc.under";

/**
 * @typedef {{ speak: string, read: string, hear: string }} Choices
 *
 * @typedef {object} Listener
 * @property {(under: number) => void} onVolume of the original under the interpreter, from 0 to 1
 * @property {(choices: Choices) => void} onChoices the web server has written down new ones
 */

/** @param {Listener} listener */
export function tendChoices({ onVolume, onChoices }) {
  tendVolume(onVolume);
  // templates/partials/choices.html: the answer to the form carries the choices in its HX-Trigger header.
  document.body.addEventListener("choices", (event) => {
    const { speak, read, hear } = /** @type {CustomEvent<Choices>} */ (event).detail;
    onChoices({ speak, read, hear });
  });
}

/**
 * Has the form ask about the languages that the others speak.
 * @param {readonly string[]} languages
 */
export function sayOthers(languages) {
  const field = byId("others");
  if (field instanceof HTMLInputElement) field.value = [...new Set(languages)].sort().join(" ");
}

/** @param {(under: number) => void} onVolume */
function tendVolume(onVolume) {
  const slider = byId("under");
  const kept = Number.parseFloat(recall(KEY));
  const under = Number.isFinite(kept) ? Math.min(1, Math.max(0, kept)) : UNDER;
  onVolume(under);
  if (!(slider instanceof HTMLInputElement)) return;
  slider.value = String(Math.round(under * 100));
  const show = () => {
    const { alone } = slider.dataset;
    slider.setAttribute("aria-valuetext", slider.value === "0" && alone ? alone : `${slider.value} %`);
    const output = byId("under-shown");
    if (output) output.textContent = slider.getAttribute("aria-valuetext");
  };
  show();
  slider.addEventListener("input", () => {
    show();
    onVolume(Number(slider.value) / 100);
    keep(KEY, String(Number(slider.value) / 100));
  });
}
