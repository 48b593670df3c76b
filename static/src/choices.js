/** What one speaks, reads and hears, changed in the middle of a call: a form that htmx sends, and a volume. */

import { UNDER } from "./gains.js";
import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const KEY = "jbc.under";

/**
 * @typedef {{ speak: string, among: readonly string[], read: string, hear: string, hearDrafts: boolean, wholeSentences: boolean }} Choices
 *
 * @typedef {object} Listener
 * @property {(under: number) => void} onVolume of the original under the interpreter, from 0 to 1
 * @property {(choices: Choices) => void} onChoices the web server has written down new ones
 */

/**
 * What to say of an answer that is none, as a key of the texts; "" where the answer is the form with what is wrong in it.
 * @param {number} status of HTTP; 0 where no answer came
 */
export function failureOf(status) {
  if (status === 422) return "";
  if (status === 0) return "choicesUnanswered";
  if (status === 401 || status === 403) return "choicesRefused";
  if (status === 404 || status === 410) return "roomClosed";
  return status === 429 ? "choicesTooMany" : "choicesFailed";
}

/**
 * @param {Readonly<Record<string, string>>} texts what the page says
 * @param {Listener} listener
 */
export function tendChoices(texts, { onVolume, onChoices }) {
  tendVolume(onVolume);
  tendFailures(texts);
  // templates/partials/choices.html: the answer to the form carries the choices in its HX-Trigger header.
  document.body.addEventListener("choices", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const { speak, among, read, hear, hear_drafts: hearDrafts, whole_sentences: wholeSentences } = detail;
    onChoices({ speak, among, read, hear, hearDrafts, wholeSentences });
  });
}

/**
 * Sends the form with the one answer changed; what else was changed and not sent is not meant.
 * @param {boolean} spoken whether drafts are to be spoken here
 */
export function chooseDrafts(spoken) {
  const form = byId("choices");
  const box = byId("hear_drafts");
  if (!(form instanceof HTMLFormElement && box instanceof HTMLInputElement)) return;
  form.reset();
  box.checked = spoken;
  form.requestSubmit();
}

/**
 * Has the form ask about the languages that the others speak.
 * @param {readonly string[]} languages
 */
export function sayOthers(languages) {
  const field = byId("others");
  if (field instanceof HTMLInputElement) field.value = [...new Set(languages)].sort().join(" ");
}

/**
 * Says why the form, or the question what its choices would bring, was not answered: htmx itself says nothing.
 * @param {Readonly<Record<string, string>>} texts
 */
function tendFailures(texts) {
  const { body } = document;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent<{ xhr: XMLHttpRequest, shouldSwap: boolean, isError: boolean }>} */ (event);
    if (detail.xhr.status === 422) Object.assign(detail, { shouldSwap: true, isError: false });
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (byId("choices")?.contains(/** @type {Node} */ (event.target))) say("");
  });
  for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    body.addEventListener(type, (event) => {
      const { elt, xhr } = /** @type {CustomEvent<{ elt: Element, xhr: XMLHttpRequest }>} */ (event).detail;
      const form = byId("choices");
      if (!form?.contains(elt)) return;
      const failure = failureOf(type === "htmx:responseError" ? xhr.status : 0);
      say(texts[elt === form ? failure : "choicesUnknown"] ?? failure);
      if (elt !== form) byId("abilities")?.replaceChildren(); // they were those of other choices
    });
  }
}

/** @param {string} text "" where there is nothing to say */
function say(text) {
  const line = byId("choices-problem");
  if (!line) return;
  line.hidden = text === "";
  line.textContent = text;
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
