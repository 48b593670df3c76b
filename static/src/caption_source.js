/**
 * An EventSource that never gives up. The browser's own one closes for good on an HTTP error (and in Firefox on a
 * refused connection), htmx's extension then waits up to a minute between attempts, and neither notices a dead connection.
 */

import { backoffMs } from "./reconnect.js";

/**
 * Two and a half times what the server leaves between two events (docs/feed.md). When none has come for so long, the
 * connection has died without a word, as after a sleep or on a changed network, and no browser says so for minutes.
 */
export const SILENT_MS = 25_000;

/**
 * `url` asking for everything after a caption.
 * @param {string} url
 * @param {string} after id of the newest caption already here; "" leaves `url` as it is
 * @param {string} base address of the page
 */
export function withAfter(url, after, base) {
  const full = new URL(url, base);
  if (after) full.searchParams.set("after", after);
  return full.href;
}

/** What htmx's extension uses of an EventSource. */
export class CaptionSource {
  /** @type {number} */
  readyState = EventSource.CONNECTING;
  /** @type {((event: Event) => void) | null} */
  onopen = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;
  #url;
  #after = "";
  #attempt = 0;
  #timer = 0;
  /** Runs out in silence. */
  #silence = 0;
  /** @type {EventSource | null} */
  #source = null;
  /** @type {[string, (event: MessageEvent) => void][]} */
  #listeners = [];

  /**
   * @param {string} url asks for what came after the captions that the page was rendered with
   * @param {string} [after] id of a caption after which to begin, where the address names none
   */
  constructor(url, after = "") {
    this.#url = url;
    this.#after = after;
    this.#connect();
    globalThis.addEventListener("online", this.#now);
  }

  /**
   * @param {string} type
   * @param {(event: MessageEvent) => void} listener
   */
  addEventListener(type, listener) {
    this.#listeners.push([type, listener]);
    this.#source?.addEventListener(type, this.#relay);
  }

  /**
   * @param {string} type
   * @param {(event: MessageEvent) => void} listener
   */
  removeEventListener(type, listener) {
    this.#listeners = this.#listeners.filter(([of, other]) => of !== type || other !== listener);
  }

  close() {
    this.readyState = EventSource.CLOSED;
    globalThis.removeEventListener("online", this.#now);
    globalThis.clearTimeout(this.#timer);
    globalThis.clearTimeout(this.#silence);
    this.#source?.close();
  }

  /**
   * Begins again after an earlier caption, for somebody who has not had what came since.
   * @param {string} after its id; "" is the beginning
   */
  goBack(after) {
    if (this.readyState === EventSource.CLOSED) return;
    this.#after = after;
    this.readyState = EventSource.CONNECTING;
    this.#source?.close();
    globalThis.clearTimeout(this.#timer);
    this.#connect();
  }

  #connect() {
    const source = new EventSource(withAfter(this.#url, this.#after, globalThis.location.href));
    this.#source = source;
    this.#hear();
    source.addEventListener("here", () => this.#hear());
    for (const type of new Set(this.#listeners.map(([of]) => of))) source.addEventListener(type, this.#relay);
    source.addEventListener("end", () => this.close()); // the room is closed: there is nothing to come back for
    source.onopen = (event) => {
      this.#attempt = 0;
      this.#hear();
      this.readyState = EventSource.OPEN;
      this.onopen?.(event);
    };
    source.onerror = (event) => {
      if (this.readyState === EventSource.CLOSED) return;
      this.readyState = EventSource.CONNECTING;
      this.onerror?.(event);
      // Also where the browser would try by itself: our waits are shorter, and `after` is the one road back.
      source.close();
      globalThis.clearTimeout(this.#timer);
      globalThis.clearTimeout(this.#silence);
      this.#timer = globalThis.setTimeout(this.#now, backoffMs(this.#attempt++, Math.random()));
    };
  }

  /** The server is there, or is being asked. */
  #hear() {
    globalThis.clearTimeout(this.#silence);
    if (this.readyState === EventSource.CLOSED) return;
    this.#silence = globalThis.setTimeout(() => {
      this.readyState = EventSource.CONNECTING;
      this.onerror?.(new Event("error"));
      this.#source?.close();
      this.#connect();
    }, SILENT_MS);
  }

  #now = () => {
    if (this.readyState !== EventSource.CONNECTING || this.#source?.readyState === EventSource.CONNECTING) return;
    globalThis.clearTimeout(this.#timer);
    this.#connect();
  };

  /** @type {(event: MessageEvent) => void} */
  #relay = (event) => {
    this.#hear();
    if (event.lastEventId) this.#after = event.lastEventId;
    for (const [type, listener] of [...this.#listeners]) if (type === event.type) listener(event);
  };
}
