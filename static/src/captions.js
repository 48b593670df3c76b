/**
 * What htmx needs to show captions without losing, doubling or misplacing a line. The server sends each caption as
 * `<li id="u-…" hx-swap-oob="true">` or, for a translation that comes later, `<p id="t-…" hx-swap-oob="true">`, both
 * again and again while they grow; one that gives way, because another language is spoken, comes with
 * `hx-swap-oob="delete"`, or empty.
 */

import { placeOf, surplus } from "./caption_order.js";
import { fill } from "./config.js";
import { Follow } from "./follow.js";
import { lagText, latenessOf } from "./lateness.js";
import { openFeed } from "./shared_source.js";

const UTTERANCE = "li.utterance";

/**
 * Starts tending the captions. It must run before htmx processes the page, which module scripts do: they run before
 * DOMContentLoaded.
 * @param {HTMLElement} list
 * @param {{ createEventSource?: (url: string) => unknown }} htmx
 * @param {HTMLElement | null} lag
 * @param {string} newest label of the button that leads to the newest line
 * @param {(url: string) => void} onMoved where the room's call is held: address of the SFU
 */
export function tendCaptions(list, htmx, lag, newest, onMoved = () => {}) {
  htmx.createEventSource = (url) => {
    const feed = openFeed(url);
    feed.addEventListener("sfu", ({ data }) => onMoved(data));
    return feed;
  };
  const follow = new Follow(list, newest);
  let count = list.childElementCount;
  const observer = new MutationObserver((records) => {
    if (lag) showLag(lag, records);
    const grown = list.childElementCount <= count; // no line is new
    tidy(list, follow.following);
    count = list.childElementCount;
    observer.takeRecords(); // what tidying changed needs no tidying
    follow.changed(grown ? "instant" : "smooth"); // under what grows, nothing else moves
  });
  list.addEventListener("htmx:sseBeforeMessage", (event) => {
    makeRoom(list, /** @type {CustomEvent<MessageEvent<string>>} */ (event).detail.data);
  });
  tidy(list, true);
  // What was said before the page was opened has a lag too.
  const utterances = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(UTTERANCE));
  const last = utterances[utterances.length - 1];
  if (lag && last) showLagOf(lag, last);
  observer.observe(list, { childList: true, subtree: true, attributeFilter: ["data-start", "data-lag-ms"] });
}

/**
 * Tends the captions that are on the page, and those that take their place when somebody chooses another language.
 * @param {string} newest label of the button that leads to the newest line
 * @param {(url: string) => void} onMoved where the room's call is held: address of the SFU
 */
export function tendPageCaptions(newest, onMoved) {
  const htmx = /** @type {{ htmx?: { createEventSource?: (url: string) => unknown } }} */ (globalThis).htmx;
  /** @type {HTMLElement | null} */
  let tended = null;
  const tend = () => {
    const captions = document.getElementById("captions");
    if (captions && htmx && captions !== tended) tendCaptions(captions, htmx, document.getElementById("lag"), newest, onMoved);
    tended = captions;
  };
  tend();
  document.body.addEventListener("htmx:oobAfterSwap", tend);
}

/**
 * htmx drops an out-of-band element whose target is not on the page, and logs an error. So a caption not seen before is
 * put there first; in the same breath htmx replaces it by itself, or deletes it.
 * @param {HTMLElement} list
 * @param {string} html of one message
 */
function makeRoom(list, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const element of template.content.querySelectorAll("[hx-swap-oob]")) {
    if (!element.id || document.getElementById(element.id)) continue;
    element.removeAttribute("hx-swap-oob");
    if (element.matches("li")) list.append(element);
    else if (element.id.startsWith("t-")) utteranceOf(list, element.id.slice(2)).append(element);
  }
}

/**
 * The line that a translation belongs to, made if the transcript has not come (or has been let go).
 * @param {HTMLElement} list
 * @param {string} segment
 */
function utteranceOf(list, segment) {
  const there = document.getElementById(`u-${segment}`);
  if (there) return there;
  const item = document.createElement("li");
  item.id = `u-${segment}`;
  item.className = "utterance";
  list.append(item);
  return item;
}

/**
 * @param {HTMLElement} list
 * @param {boolean} following
 */
function tidy(list, following) {
  for (const item of list.querySelectorAll(`${UTTERANCE}.interim`)) if (isEmpty(item)) item.remove();
  /** @type {number[]} */
  const starts = [];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(UTTERANCE))) {
    const start = Number.parseFloat(item.dataset.start ?? "");
    const place = placeOf(starts, start);
    if (place < starts.length) list.insertBefore(item, list.querySelectorAll(UTTERANCE)[place] ?? null);
    starts.splice(place, 0, start);
  }
  const items = [...list.querySelectorAll(UTTERANCE)];
  items.slice(0, surplus(items.length, following)).forEach((item) => item.remove());
}

/**
 * Whether the server has taken an interim back: none of its paragraphs says anything.
 * @param {Element} item
 */
function isEmpty(item) {
  return ![...item.querySelectorAll("p")].some((paragraph) => paragraph.textContent?.trim());
}

/**
 * Shows the lag of the line that changed last.
 * @param {HTMLElement} badge
 * @param {readonly MutationRecord[]} records
 */
function showLag(badge, records) {
  for (const { type, target, addedNodes } of records) {
    for (const node of type === "attributes" ? [target] : addedNodes) {
      const item = node instanceof HTMLElement && node.isConnected ? node.closest(UTTERANCE) : null;
      if (item instanceof HTMLElement) showLagOf(badge, item);
    }
  }
}

/**
 * Shows how late a line is, and behind what.
 * @param {HTMLElement} badge
 * @param {HTMLElement} item
 */
function showLagOf(badge, item) {
  const late = latenessOf(item);
  const text = late && lagText(late.ms, document.documentElement.lang);
  if (!late || !text) return;
  badge.textContent = text;
  const sense = fill((late.grows ? badge.dataset.word : badge.dataset.sentence) ?? "", { lag: text });
  const button = badge.closest("button");
  if (button) button.title = sense;
  const behind = document.getElementById("behind");
  if (behind) behind.textContent = sense;
}
