/** Embeds and the projector page: captions, and how the connection is. */

import { Awake } from "./awake.js";
import { tendCaptions } from "./captions.js";
import { byId } from "./page.js";
import { Projector } from "./projector.js";
import { openFeed } from "./shared_source.js";

/** After these the page asks for nothing more. */
const GONE = Object.freeze({ 403: "expired", 404: "closed", 410: "closed" });

class Connection {
  #text = byId("connection");
  /** @type {ReturnType<typeof openFeed> | null} */
  #source = null;
  #over = false;
  #awake = new Awake();

  /**
   * @param {HTMLElement} list
   * @param {{ createEventSource?: (url: string) => unknown }} htmx
   */
  constructor(list, htmx) {
    tendCaptions(list, htmx, null, list.dataset.newest ?? "");
    htmx.createEventSource = (url) => this.#open(url);
    list.addEventListener("htmx:sseOpen", () => this.#say("live"));
    list.addEventListener("htmx:sseError", () => void this.#lost());
    this.#awake.start();
  }

  /** @param {string} url */
  #open(url) {
    this.#source = openFeed(url);
    this.#source.addEventListener("end", (event) => this.#end(event.data));
    return this.#source;
  }

  async #lost() {
    if (this.#over) return;
    this.#say("reconnecting");
    const reason = await refusal(byId("captions")?.getAttribute("sse-connect") ?? "");
    if (reason) this.#end(reason);
  }

  /** @param {string} reason "expired" or "closed" */
  #end(reason) {
    this.#over = true;
    this.#awake.stop();
    this.#source?.close();
    this.#say(reason);
  }

  /** @param {string} state one that the element has a text for, as data-STATE */
  #say(state) {
    document.body.dataset.state = state;
    const text = this.#text?.dataset[state] ?? "";
    if (this.#text && this.#text.textContent !== text) this.#text.textContent = text;
  }
}

/**
 * Why the server refuses the feed for good, which an EventSource does not tell; "" while it may come back.
 * @param {string} url
 */
async function refusal(url) {
  const leaving = new AbortController();
  try {
    const { status } = await fetch(url, { headers: { Accept: "application/json" }, signal: leaving.signal });
    return GONE[/** @type {keyof typeof GONE} */ (status)] ?? "";
  } catch {
    return ""; // nobody there: the feed's own attempts go on
  } finally {
    leaving.abort();
  }
}

const captions = byId("captions");
const { htmx } = /** @type {{ htmx?: { createEventSource?: (url: string) => unknown } }} */ (globalThis);
if (captions && htmx) new Connection(captions, htmx);
if (document.body.dataset.page === "projector") new Projector().start();
