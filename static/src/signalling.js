/** Keeps the page connected to the SFU: a token, a socket, `hello`, and again from the start when it ends. */

import { Connection, RequestError } from "./connection.js";
import { backoffMs, isRefusal, nextStep, withinMs } from "./reconnect.js";

/** A connection that lived this long has worked: the next wait is short again. */
const WORKED_MS = 5_000;
/** A socket that has not answered within this is dead, ms. */
const ALIVE_WITHIN_MS = 2_500;

/** The web server will not give this page a token. */
class TokenRefusedError extends Error {}

/** The room was closed or deleted, perhaps while this page was away and nobody could tell it. */
class RoomGoneError extends Error {}

/**
 * @typedef {object} Pass
 * @property {string} token
 * @property {string} url
 * @property {RTCIceServer[]} ice_servers
 * @property {RTCIceTransportPolicy} ice_policy
 * @property {number} ice_expires_in seconds for which the credentials of TURN servers are good
 * @property {number} at when it came, on the clock of `performance.now()`
 *
 * @typedef {object} Listener
 * @property {(connection: Connection, hello: import("./protocol.js").Hello, ice: import("./transports.js").Ice) => void} onHello
 * @property {(event: string, data: any) => void} onEvent
 * @property {(text: "connecting" | "reconnecting" | "restarting" | "moving" | "roomFull" | "replaced" | "roomClosed" | "idleEnded" | "callEnded" | "removed" | "notAllowed") => void} onStatus
 *   the last six are final
 */

export class Signalling {
  /** Where tokens come from, with what is to be said in them. */
  tokenUrl;
  #csrf;
  #listener;
  #stopped = new AbortController();
  /** @type {Connection | null} */
  #connection = null;
  /** @type {string | undefined} what the last hello gave us to go on with after a lost socket */
  #resume;
  /**
   * What the connection before came in with. It is good for going on where that was, without the web server.
   * @type {Pass | null}
   */
  #pass = null;
  /**
   * What to say of a lost connection: an SFU that somebody restarts has told us so, and where a call has moved to, `web`.
   * @type {"reconnecting" | "restarting" | "moving"}
   */
  #lost = "reconnecting";
  /** Where the SFU is to which this page is connected, or was last on its way. */
  #url = "";
  /** Aborted when the call is held elsewhere. */
  #moving = new AbortController();
  /** Ends the wait before the next attempt. */
  #hurry = new AbortController();
  /** Counts the changes of choices: what a token from before the last of them says is out of date. */
  #renewals = 0;

  /**
   * @param {string} tokenUrl
   * @param {string} csrf the page's CSRF token
   * @param {Listener} listener
   */
  constructor(tokenUrl, csrf, listener) {
    this.tokenUrl = tokenUrl;
    this.#csrf = csrf;
    this.#listener = listener;
  }

  /** What to say of a lost connection. */
  get lost() {
    return this.#lost;
  }

  /** Connects, and stays connected until `stop` or until coming back is of no use. */
  async run() {
    this.#listener.onStatus("connecting");
    let attempt = 0;
    let refusals = 0;
    while (!this.#stopped.signal.aborted) {
      const started = performance.now();
      const moving = this.#moving.signal;
      const outcome = await this.#once(withinMs(attempt), moving);
      if (this.#stopped.signal.aborted) return;
      if (moving.aborted) {
        attempt = 0;
        this.#listener.onStatus(this.lost);
        continue;
      }
      if (outcome.kind === "closed" && performance.now() - started > WORKED_MS) attempt = 0;
      refusals = isRefusal(outcome) ? refusals + 1 : 0;
      const step = nextStep(outcome, attempt, refusals, Math.random());
      if ("stop" in step) {
        this.#listener.onStatus(step.stop);
        return;
      }
      this.#listener.onStatus(step.say === "reconnecting" ? this.lost : step.say);
      attempt += 1;
      this.#hurry = new AbortController();
      await pause(step.waitMs, AbortSignal.any([this.#stopped.signal, moving, this.#hurry.signal]));
    }
  }

  /**
   * The room's call is held elsewhere: goes there at once, unless this page is there or on its way.
   * @param {string} url of the SFU that has it
   */
  move(url) {
    if (!this.#url || url === this.#url) return;
    this.#url = url; // a page that follows two feeds is told twice
    this.#lost = "moving";
    this.forget();
    this.#moving.abort();
    this.#moving = new AbortController();
    this.#connection?.close();
  }

  /** Tells everybody of new choices, which the web server has written down, however long that takes. */
  async renew() {
    this.#pass = null;
    const mine = ++this.#renewals;
    for (let attempt = 0; mine === this.#renewals && this.#connection; attempt++) {
      try {
        const pass = await this.#token(withinMs(attempt));
        if (mine !== this.#renewals) return;
        await this.#connection?.request("renew", { token: pass.token });
        this.#pass = pass;
        return;
      } catch (error) {
        console.warn("call: the others have not heard of the new choices yet:", error);
        if (error instanceof TokenRefusedError || error instanceof RoomGoneError) return;
      }
      await pause(backoffMs(attempt, Math.random()), this.#stopped.signal);
    }
  }

  /** Has the next connection begin anew rather than go on with the media of the one before. */
  forget() {
    this.#resume = undefined;
    this.#pass = null;
  }

  /**
   * Somebody is back at the page: waits no longer before the next attempt, and finds out whether the socket is alive,
   * which a network that has gone without a word would not say for minutes.
   */
  look() {
    this.#hurry.abort();
    this.#connection?.request("stay", {}, ALIVE_WITHIN_MS).catch((error) => console.debug("call: back, and:", error));
  }

  /** Closes the socket, so that the SFU drops this page's transports at once, and does not come back. */
  stop() {
    this.#stopped.abort();
    this.#connection?.close();
  }

  /**
   * @param {number} within ms for each step
   * @param {AbortSignal} moving gives it up
   * @returns {Promise<import("./reconnect.js").Outcome>}
   */
  async #once(within, moving) {
    /** @type {Connection | null} */
    let connection = null;
    try {
      const renewals = this.#renewals;
      const leaving = AbortSignal.any([this.#stopped.signal, moving]);
      const pass = this.#pass ?? (await this.#token(within));
      this.#pass = null; // until it has worked
      leaving.throwIfAborted(); // or a page that has left would take the call back
      const { token, url } = pass;
      this.#url = url;
      connection = await Connection.open(url, this.#listener.onEvent, leaving, within);
      this.#connection = connection;
      const hello = await connection.request("hello", { token, ...(this.#resume && { resume: this.#resume }) }, within);
      this.#lost = "reconnecting";
      this.#resume = hello.resume;
      if (renewals === this.#renewals) this.#pass = pass;
      else void this.renew();
      this.#listener.onHello(connection, hello, this.#iceOf(pass));
      const ending = await connection.closed;
      if (ending.closing?.code === "shutting_down") this.#lost = "restarting";
      if (ending.closing?.code === "moved") this.#lost = "moving";
      if (ending.closing) this.forget(); // said by the SFU: there is nothing to go on with
      return { kind: "closed", ...ending };
    } catch (error) {
      if (!this.#stopped.signal.aborted && !moving.aborted) console.warn("call: could not connect:", error);
      const cutOff = error instanceof RequestError && error.code === "closed";
      return cutOff && connection ? { kind: "closed", ...(await connection.closed) } : outcomeOf(error);
    } finally {
      connection?.close();
      this.#connection = null;
    }
  }

  /** @param {Pass} pass @returns {import("./transports.js").Ice} */
  #iceOf({ ice_servers, ice_policy, ice_expires_in, at }) {
    return {
      iceServers: ice_servers,
      iceTransportPolicy: ice_policy,
      until: at + (ice_expires_in / 2) * 1_000,
      renew: async () => this.#iceOf(await this.#token(withinMs(0))),
    };
  }

  /**
   * @param {number} within ms
   * @returns {Promise<Pass>}
   */
  async #token(within) {
    const response = await fetch(this.tokenUrl, {
      method: "POST",
      headers: { "x-csrftoken": this.#csrf, accept: "application/json" },
      signal: AbortSignal.any([AbortSignal.timeout(within), this.#stopped.signal]),
    });
    if (response.ok) return { ...(await response.json()), at: performance.now() };
    const message = `The web server answered ${response.status} when asked for a token.`;
    if ([404, 410].includes(response.status)) throw new RoomGoneError(message);
    throw [401, 403].includes(response.status) ? new TokenRefusedError(message) : new Error(message);
  }
}

/**
 * @param {unknown} error
 * @returns {import("./reconnect.js").Outcome}
 */
function outcomeOf(error) {
  if (error instanceof RoomGoneError) return { kind: "gone" };
  if (error instanceof TokenRefusedError) return { kind: "refused" };
  if (error instanceof RequestError && error.code === "unauthorized") return { kind: "refused" };
  if (error instanceof RequestError && error.code === "limit") return { kind: "full" };
  return { kind: "unreachable" };
}

/**
 * Waits, but not longer than until the machine is online again.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      window.clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = window.setTimeout(done, ms);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
