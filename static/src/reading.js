/**
 * How captions look in this browser: size, contrast, how many, which languages; colours of speakers; what a screen reader
 * is told; the keys. It looks at the page alone and knows nothing of the call, so that every page with captions may use it.
 */

import { byId } from "./page.js";
import { hueOf } from "./hues.js";
import { latenessOf } from "./lateness.js";
import { DEFAULTS, keepReading, parseReading, recallReading } from "./kept_reading.js";
import { actionOf, announceKeys } from "./shortcuts.js";

const SIZES = ["s", "m", "l", "xl", "xxl"];
/** Lines that a screen reader may go back to. */
const MAX_ALOUD = 30;

/**
 * The size so many steps larger, as far as there is one.
 * @param {string} size
 * @param {number} steps
 */
export function resized(size, steps) {
  const index = Math.min(SIZES.length - 1, Math.max(0, SIZES.indexOf(size) + steps));
  return SIZES[index] ?? DEFAULTS.size;
}

/**
 * A finished sentence as it is read out, in the language that its reader reads; nothing while it grows.
 * @param {Element} item
 * @returns {{ speaker: string, text: string, lang: string } | null} `speaker` with the word that it was typed, where it was
 */
export function spokenLine(item) {
  const translation = item.querySelector(".translation");
  if ((translation ?? item).hasAttribute("data-grows")) return null;
  const paragraph = translation ?? item.querySelector(".source");
  const text = paragraph?.textContent?.trim() ?? "";
  const typed = item.querySelector(".typed")?.textContent;
  const speaker = `${item.querySelector(".speaker")?.textContent ?? ""}${typed ? ` (${typed})` : ""}`;
  return text ? { speaker, text, lang: paragraph?.getAttribute("lang") ?? "" } : null;
}

class ReadingPage {
  #form = /** @type {HTMLFormElement | null} */ (byId("reading-form"));
  #log = byId("aloud");
  /** @type {Set<string>} ids of lines that were there before, or have been read out */
  #told = new Set();
  #reading = recallReading();

  start() {
    this.#fill();
    this.#apply();
    // Larger text, and browsers without `scroll-initial-target`, leave the list somewhere above its end.
    const list = byId("captions");
    if (list) list.scrollTop = list.scrollHeight;
    this.#form?.addEventListener("input", () => this.#take());
    const stage = document.querySelector(".stage");
    if (stage) {
      for (const item of stage.querySelectorAll("li.utterance")) if (spokenLine(item)) this.#told.add(item.id);
      const attributeFilter = ["data-lag-ms"];
      new MutationObserver((records) => this.#captionsChanged(stage, records)).observe(stage, { childList: true, subtree: true, attributeFilter });
      this.#colour(stage);
      const last = [...stage.querySelectorAll("li.utterance")].at(-1);
      if (last) showStages(last);
    }
    const people = byId("participants");
    if (people) new MutationObserver(() => this.#colour(people)).observe(people, { childList: true });
    const notice = byId("notice");
    if (notice) new MutationObserver(() => showLadder(notice)).observe(notice, { childList: true, attributes: true });
    // Everything that waits to connect again tries at once when the machine says that it is online.
    byId("try-now")?.addEventListener("click", () => window.dispatchEvent(new Event("online")));
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #fill() {
    for (const input of this.#form?.querySelectorAll("input") ?? []) {
      const value = this.#reading[/** @type {keyof import("./kept_reading.js").Reading} */ (input.name)];
      input.checked = input.type === "checkbox" ? value === true : value === input.value;
    }
  }

  #take() {
    if (!this.#form) return;
    const data = new FormData(this.#form);
    this.#reading = parseReading(JSON.stringify({ ...Object.fromEntries(data), aloud: data.has("aloud"), keys: data.has("keys") }));
    this.#keep();
  }

  #keep() {
    this.#apply();
    keepReading(this.#reading);
  }

  #apply() {
    const { size, show, lines, contrast, keys } = this.#reading;
    Object.assign(document.body.dataset, { size, show, lines, contrast });
    announceKeys(keys);
  }

  /**
   * @param {Element} stage
   * @param {readonly MutationRecord[]} records
   */
  #captionsChanged(stage, records) {
    this.#colour(stage);
    const changed = new Set();
    for (const node of records.flatMap(({ target, addedNodes }) => [target, ...addedNodes])) {
      if (node instanceof Element) changed.add(node.closest("li.utterance"));
    }
    // In the order of the page, whichever of several changes came first.
    for (const item of stage.querySelectorAll("li.utterance")) {
      if (!changed.has(item)) continue;
      showStages(item);
      this.#tell(item);
    }
  }

  /** @param {Element} item */
  #tell(item) {
    const line = spokenLine(item);
    if (!line || this.#told.has(item.id)) return;
    this.#told.add(item.id);
    if (!this.#reading.aloud || !this.#log) return;
    const paragraph = document.createElement("p");
    paragraph.lang = line.lang;
    paragraph.textContent = `${line.speaker}: ${line.text}`;
    this.#log.append(paragraph);
    while (this.#log.childElementCount > MAX_ALOUD) this.#log.firstElementChild?.remove();
  }

  /** @param {Element} within */
  #colour(within) {
    for (const item of within.querySelectorAll("[data-speaker], [data-participant]")) {
      const id = item.getAttribute("data-speaker") ?? item.getAttribute("data-participant") ?? "";
      item.setAttribute("data-hue", String(hueOf(id)));
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const action = this.#reading.keys ? actionOf(event, document.activeElement) : null;
    if (!action) return;
    event.preventDefault();
    if ("resize" in action) {
      this.#reading.size = resized(this.#reading.size, action.resize);
      this.#fill();
      this.#keep();
    } else if ("toggle" in action) {
      byId(action.toggle)?.togglePopover();
    } else if ("go" in action) {
      const field = document.querySelector(action.go);
      if (field instanceof HTMLElement) field.focus();
    } else {
      const button = document.querySelector(action.press);
      if (button instanceof HTMLElement && !button.hidden) button.click();
    }
  }
}

/** Where the lag of a caption went. @param {Element} item */
function showStages(item) {
  const list = byId("stages");
  const late = latenessOf(item);
  if (!list || !late?.stages) return;
  list.replaceChildren(
    ...late.stages.split(" · ").map((stage) => {
      const line = document.createElement("li");
      line.textContent = stage;
      return line;
    }),
  );
}

/** What works now, in words. @param {HTMLElement} notice */
function showLadder(notice) {
  const ladder = byId("ladder");
  if (!ladder) return;
  const now = notice.hidden ? (ladder.dataset.well ?? "") : (notice.textContent ?? "");
  if (ladder.textContent !== now) ladder.textContent = now;
}

if (typeof document !== "undefined") new ReadingPage().start();
