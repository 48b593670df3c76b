/** A page's caption feed: the one that the tabs of this browser share, or one of its own where it cannot share. */

import { CaptionSource } from "./caption_source.js";
import { TYPES } from "./feed_hub.js";
import { byId } from "./page.js";

/** Longer than the worker leaves between two questions: a page that hears none was asleep, and has been given up. */
const QUIET_MS = 50_000;

/** What htmx's extension uses of an EventSource. */
export class SharedSource {
  /** @type {number} */
  readyState = EventSource.CONNECTING;
  /** @type {((event: Event) => void) | null} */
  onopen = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;
  /** @type {((full: boolean) => void) | null} there is no connection left for this feed, or there is again */
  onfull = null;
  #worker;
  #url;
  #after;
  #target = new EventTarget();
  /** @type {MessagePort | null} */
  #port = null;
  /** @type {CaptionSource | null} */
  #own = null;
  #timer = 0;
  #leaving = new AbortController();

  /**
   * @param {string} worker address of its script
   * @param {string} url asks for what came after the captions that the page was rendered with
   */
  constructor(worker, url) {
    this.#worker = worker;
    const full = new URL(url, document.baseURI);
    this.#after = full.searchParams.get("after") ?? "";
    full.searchParams.delete("after");
    this.#url = full.href;
    const { signal } = this.#leaving;
    window.addEventListener("pagehide", () => this.#leave(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#join(), { signal });
    this.#join();
  }

  /**
   * @param {string} type
   * @param {(event: MessageEvent) => void} listener
   */
  addEventListener(type, listener) {
    this.#target.addEventListener(type, /** @type {EventListener} */ (listener));
  }

  /**
   * @param {string} type
   * @param {(event: MessageEvent) => void} listener
   */
  removeEventListener(type, listener) {
    this.#target.removeEventListener(type, /** @type {EventListener} */ (listener));
  }

  close() {
    this.readyState = EventSource.CLOSED;
    this.#leaving.abort();
    this.#leave();
  }

  #join() {
    this.#leave();
    const worker = new SharedWorker(this.#worker, { name: "captions" });
    worker.addEventListener("error", () => this.#goAlone(), { signal: this.#leaving.signal });
    const { port } = worker;
    this.#port = port;
    port.onmessage = ({ data }) => this.#hear(data);
    port.postMessage({ say: "join", url: this.#url, after: this.#after, few: hasFewConnections() });
    this.#watch();
  }

  #leave() {
    window.clearTimeout(this.#timer);
    this.#port?.postMessage({ say: "leave" });
    this.#port?.close();
    this.#port = null;
    this.#own?.close();
    this.#own = null;
  }

  /** The worker does not start, for instance because its script could not be fetched. */
  #goAlone() {
    this.#leave();
    const own = new CaptionSource(this.#url, this.#after);
    this.#own = own;
    own.onopen = () => this.#hear({ say: "open" });
    own.onerror = () => this.#hear({ say: "error" });
    for (const type of TYPES) {
      own.addEventListener(type, ({ data, lastEventId }) => this.#hear({ say: "message", type, data, lastEventId }));
    }
  }

  #watch() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#join(), QUIET_MS);
  }

  /** @param {import("./feed_hub.js").Told | { say: "there?" }} told */
  #hear(told) {
    if (this.#port) this.#watch();
    if (told.say === "there?") return this.#port?.postMessage({ say: "here" });
    if (this.readyState === EventSource.CLOSED) return;
    this.onfull?.(told.say === "full");
    if (told.say === "open") {
      this.readyState = EventSource.OPEN;
      this.onopen?.(new Event("open"));
    } else if (told.say === "message") {
      const { type, data, lastEventId } = told;
      this.#after = lastEventId || this.#after;
      this.#target.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
      if (type === "end") this.close();
    } else if (told.say === "error") {
      this.readyState = EventSource.CONNECTING;
      this.onerror?.(new Event("error"));
    }
  }
}

/**
 * The feed of the page's captions.
 * @param {string} url as the page gives it
 */
export function openFeed(url) {
  const worker = byId("captions")?.dataset.feeds;
  if (!worker || !("SharedWorker" in window)) return new CaptionSource(url);
  try {
    const source = new SharedSource(worker, url);
    const notice = byId("feed-full");
    source.onfull = (full) => {
      if (notice && notice.hidden === full) notice.hidden = !full;
    };
    return source;
  } catch (error) {
    console.debug("captions: this page cannot share a feed, so it opens its own:", error); // a sandboxed frame
    return new CaptionSource(url);
  }
}

/** Whether this page came over a protocol of which a browser opens six connections to a server at most. */
function hasFewConnections() {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return !/^h[23]/.test(entry?.nextHopProtocol ?? "");
}
