/** One WebSocket to the SFU: requests with answers, and events (docs/protocol.md). */

import { Pace } from "./pace.js";
import { CLOSE } from "./protocol.js";

const TIMEOUT_MS = 10_000;
/** Within any second at most their sum: the SFU closes a socket that sends more than 100 messages. */
const BURST = 40;
const PER_SECOND = 40;

/** The SFU answered a request with an error. */
export class RequestError extends Error {
  /**
   * @param {string} method
   * @param {{ code: string, message: string }} error
   */
  constructor(method, error) {
    super(`${method}: ${error.message}`);
    this.name = "RequestError";
    /** One of the protocol's error codes, or "closed" or "timeout" where no answer came. */
    this.code = error.code;
  }
}

/**
 * @typedef {{ code: number, closing: import("./protocol.js").Closing | null }} Ending
 * @typedef {{ method: string, sent: number, resolve: (value: any) => void, reject: (error: Error) => void, timer: number }} Waiting
 */

export class Connection {
  #socket;
  #onEvent;
  #next = 1;
  /** How long answers take, ms: smoothed. */
  roundTrip = 0;
  #pace = new Pace(BURST, PER_SECOND);
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {import("./protocol.js").Closing | null} */
  #closing = null;
  /** @type {(ending: Ending) => void} */
  #ended = () => {};

  /**
   * @param {WebSocket} socket an open one
   * @param {(event: string, data: any) => void} onEvent
   */
  constructor(socket, onEvent) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    /**
     * Resolves once the socket is gone, whoever closed it.
     * @type {Promise<Ending>}
     */
    this.closed = new Promise((resolve) => (this.#ended = resolve));
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#end(code));
  }

  /**
   * @param {string} url
   * @param {(event: string, data: any) => void} onEvent
   * @param {AbortSignal} signal gives up
   * @param {number} within ms
   * @returns {Promise<Connection>}
   * @throws {Error} the socket did not open in time
   */
  static open(url, onEvent, signal, within) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const giveUp = () => {
        socket.close();
        reject(new Error(`No connection to ${url}: is the SFU running, and reachable from here?`));
      };
      const timer = window.setTimeout(giveUp, within);
      signal.addEventListener("abort", giveUp, { once: true });
      const settle = () => {
        window.clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
      };
      socket.addEventListener("open", () => (settle(), resolve(new Connection(socket, onEvent))), { once: true });
      socket.addEventListener("close", () => (settle(), giveUp()), { once: true });
    });
  }

  /** Whether requests can still be made. */
  get open() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /**
   * Sends a request and waits for its answer.
   * @param {string} method
   * @param {object} [data]
   * @param {number} [within] ms
   * @returns {Promise<any>} the answer's `ok`
   * @throws {RequestError} the SFU refused, did not answer in time, or the socket closed
   */
  async request(method, data = {}, within = TIMEOUT_MS) {
    const wait = this.#pace.take(performance.now());
    if (wait > 0) await new Promise((resolve) => window.setTimeout(resolve, wait));
    return this.#send(method, data, within);
  }

  /** Says good-bye; `closed` resolves at once, without waiting for a peer that may be gone. */
  close() {
    this.#socket.close();
    this.#end(CLOSE.ownDoing);
  }

  /** Drops a socket that seems dead. Should it live, the SFU learns that this is no good-bye: the page comes back. */
  abandon() {
    this.#socket.close(CLOSE.abandoned);
    this.#end(CLOSE.abandoned);
  }

  /**
   * @param {string} method
   * @param {object} data
   * @param {number} within
   * @returns {Promise<any>}
   */
  #send(method, data, within) {
    return new Promise((resolve, reject) => {
      if (!this.open) {
        reject(new RequestError(method, { code: "closed", message: "the connection is closed" }));
        return;
      }
      const id = this.#next++;
      const timer = window.setTimeout(() => {
        this.#waiting.delete(id);
        reject(new RequestError(method, { code: "timeout", message: `no answer within ${within / 1000} s` }));
        this.abandon(); // an SFU that does not answer is as good as gone: come back on a new socket
      }, within);
      this.#waiting.set(id, { method, sent: performance.now(), resolve, reject, timer });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  /** @param {{ id?: number, ok?: any, error?: { code: string, message: string }, event?: string, data?: any }} message */
  #receive(message) {
    if (message.event !== undefined) {
      if (message.event === "closing") this.#closing = message.data;
      if (this.open) this.#onEvent(message.event, message.data);
      return;
    }
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (!waiting || message.id === undefined) return; // the answer to a request that timed out
    this.#waiting.delete(message.id);
    window.clearTimeout(waiting.timer);
    const took = performance.now() - waiting.sent;
    this.roundTrip = this.roundTrip ? 0.8 * this.roundTrip + 0.2 * took : took;
    if (message.error) waiting.reject(new RequestError(waiting.method, message.error));
    else waiting.resolve(message.ok);
  }

  /** @param {number} code */
  #end(code) {
    for (const { method, reject, timer } of this.#waiting.values()) {
      window.clearTimeout(timer);
      reject(new RequestError(method, { code: "closed", message: "the connection closed before the answer" }));
    }
    this.#waiting.clear();
    this.#ended({ code, closing: this.#closing });
  }
}
