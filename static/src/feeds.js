/** The shared worker in which the tabs of a browser have their caption feeds (feed_hub.js). */

import { CaptionSource } from "./caption_source.js";
import { FeedHub } from "./feed_hub.js";

/** How often a tab is asked whether it is there: one that was killed says no good-bye. */
const ASK_EVERY_MS = 20_000;
/** Questions that a tab may leave unanswered: a busy one answers late. */
const MOST_UNANSWERED = 3;

/**
 * @typedef {{ say: "join", url: string, after: string, few: boolean } | { say: "leave" } | { say: "here" }} Asked
 */

const hub = new FeedHub((url, after) => new CaptionSource(url, after));

/** @param {MessagePort} port of a tab */
function attend(port) {
  let unanswered = 0;
  /** @param {import("./feed_hub.js").Told} told */
  const tab = (told) => port.postMessage(told);
  const leave = () => {
    clearInterval(timer);
    hub.leave(tab);
    port.close();
  };
  const timer = setInterval(() => {
    if (unanswered++ >= MOST_UNANSWERED) leave();
    else port.postMessage({ say: "there?" });
  }, ASK_EVERY_MS);
  port.onmessage = ({ data }) => {
    const asked = /** @type {Asked} */ (data);
    unanswered = 0;
    if (asked.say === "join") hub.join(tab, asked.url, asked.after, asked.few);
    if (asked.say === "leave") leave();
  };
}

globalThis.addEventListener("connect", (event) => {
  for (const port of /** @type {MessageEvent} */ (event).ports) attend(port);
});
