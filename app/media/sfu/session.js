/**
 * One signalling socket: frames in, answers and events out, and every reason to close it.
 * What the client may do once it has said hello is the business of its role.
 */

import WebSocket from 'ws';

import { asRequestError, CLOSINGS, RequestError } from './errors.js';
import { isMethod } from './methods.js';
import { envelope, parse } from './schemas.js';

/** @typedef {import('./errors.js').ClosingCode} ClosingCode */

/**
 * @typedef {object} Role What a socket has become by its hello.
 * @property {object} fields What the log says of it: ids only.
 * @property {number} messagesPerSecond
 * @property {(method: string, data: unknown) => Promise<object>} call Throws RequestError.
 * @property {(session: Session, how: Ending) => void} gone This socket is gone; called once for each socket.
 */

/** @typedef {'left' | 'lost'} Ending Whether somebody said good-bye (they, or we), or the network failed. */

/** @typedef {(session: Session, data: unknown) => Promise<{role: Role, answer: object}>} Hello */

/**
 * @typedef {object} Context
 * @property {import('./config.js').Limits} limits
 * @property {import('pino').Logger} log
 * @property {Pick<import('./metrics.js').Metrics, 'received' | 'refused' | 'closed'>} metrics
 * @property {Hello} hello
 */

/** What ws reports of a socket that ended without a close frame, and what a page says that takes its socket for dead. */
const LOST = new Set([1006, 4000]);

/** Close codes with which ws, on its own, ends a socket whose frame is broken or too large. */
const FRAME_FAULTS = new Set([1002, 1003, 1007, 1009]);

/** ws closes a socket for a bad frame without a word; this one lets the session say why first. */
export class SignallingSocket extends WebSocket {
  /** @type {(() => void) | null} */
  onBadFrame = null;

  /** @override @param {number} [code] @param {string | Buffer} [reason] */
  close(code, reason) {
    if (code !== undefined && FRAME_FAULTS.has(code) && this.onBadFrame) this.onBadFrame();
    else super.close(code, reason);
  }
}

export class Session {
  #socket;
  #context;
  /** @type {Role | null} */ #role = null;
  /** @type {Ending | null} */ #ended = null;
  #alive = true;
  /** Requests are handled one after the other. */
  #queue = Promise.resolve();
  #queued = 0;
  /** @type {string[] | null} Events that wait for the answer to the request being handled. */ #held = null;
  #second = 0;
  #messages = 0;
  #helloTimer;

  /** @param {SignallingSocket} socket @param {Context} context @param {string} household Of the client; empty: this machine. */
  constructor(socket, context, household) {
    this.household = household;
    this.#socket = socket;
    this.#context = context;
    const { helloWithin } = context.limits;
    this.#helloTimer = setTimeout(
      () => this.dismiss('no_hello', `Send hello with a token within ${helloWithin / 1_000} s of connecting.`),
      helloWithin,
    );
    socket.onBadFrame = () => this.dismiss('bad_frame', 'Send JSON in text frames of at most 64 KiB.');
    socket.on('message', (data, isBinary) => this.#receive(/** @type {Buffer} */ (data), isBinary));
    socket.on('ping', () => this.#count());
    socket.on('pong', () => { this.#alive = true; });
    socket.on('error', (error) => context.log.debug({ ...this.#role?.fields, reason: error.message }, 'socket error'));
    socket.on('close', (code) => this.#end(LOST.has(code) ? 'lost' : 'left'));
  }

  /** Whether they have said hello, with a token that was good. */
  get greeted() {
    return this.#role !== null;
  }

  get ended() {
    return this.#ended !== null;
  }

  /** @param {string} event @param {object} data Sent at once, or right after the answer to the request being handled. */
  send(event, data) {
    const frame = JSON.stringify({ event, data });
    if (this.#held) this.#held.push(frame);
    else this.#write(frame);
  }

  /**
   * Ends the connection on our initiative, having said why; what it held is let go before this returns.
   *
   * @param {ClosingCode} code
   * @param {string} message What happened and what to do.
   */
  dismiss(code, message) {
    if (this.#ended) return;
    const { status, retry } = CLOSINGS[code];
    this.#context.log.info({ ...this.#role?.fields, code }, 'closing socket');
    this.#context.metrics.closed(code);
    this.#write(JSON.stringify({ event: 'closing', data: { code, message, retry } }));
    this.#socket.onBadFrame = null;
    this.#socket.close(status, code);
    this.#end('left');
  }

  /** Cuts a socket that has not answered the last ping, and pings it otherwise. */
  checkAlive() {
    if (!this.#alive) return this.#cut('silent');
    this.#alive = false;
    this.#socket.ping();
  }

  /** @param {Buffer} data @param {boolean} isBinary */
  #receive(data, isBinary) {
    if (this.#ended || !this.#count()) return;
    const message = isBinary ? undefined : parseJson(data);
    if (message === undefined) return this.dismiss('bad_frame', 'Send JSON in text frames.');
    this.#queued += 1;
    this.#queue = this.#queue.then(() => this.#handle(message)).finally(() => { this.#queued -= 1; });
  }

  /** Counts a message against the rate. @returns {boolean} Whether it may be handled. */
  #count() {
    const max = this.#role?.messagesPerSecond ?? this.#context.limits.messagesPerSecond;
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) this.#messages = 0;
    this.#second = second;
    this.#messages += 1;
    if (this.#messages <= max && this.#queued <= max) return true;
    this.dismiss('too_many_messages', `Send at most ${max} messages a second.`);
    return false;
  }

  /** @param {unknown} message */
  async #handle(message) {
    if (this.#ended) return;
    this.#held = [];
    try {
      const { id, method, data } = parse(envelope, message);
      const ok = await (this.#role ? this.#call(this.#role, method, data) : this.#sayHello(method, data));
      this.#write(JSON.stringify({ id, ok }));
    } catch (error) {
      this.#refuse(requestId(message), error);
    }
    const held = this.#held;
    this.#held = null;
    for (const frame of held) this.#write(frame);
  }

  /** @param {Role} role @param {string} method @param {unknown} data */
  async #call(role, method, data) {
    this.#context.metrics.received(isMethod(method) ? method : 'unknown');
    if (method === 'hello') throw new RequestError('conflict', 'Hello has been said: use renew to change a token.');
    return role.call(method, data);
  }

  /** @param {string} method @param {unknown} data @returns {Promise<object>} */
  async #sayHello(method, data) {
    if (method !== 'hello') throw new RequestError('unauthorized', 'Say hello with a token first.');
    this.#context.metrics.received('hello');
    const { role, answer } = await this.#context.hello(this, data);
    if (this.#ended) {
      role.gone(this, this.#ended);
      throw new RequestError('conflict', 'The connection has ended.');
    }
    clearTimeout(this.#helloTimer);
    this.#role = role;
    this.#context.log.info(role.fields, 'hello');
    return answer;
  }

  /** @param {number | null} id @param {unknown} error */
  #refuse(id, error) {
    const known = asRequestError(error);
    const { code, message } = known ?? new RequestError('internal', 'The SFU failed at this: try again.');
    if (!known && !this.#ended) this.#context.log.error({ ...this.#role?.fields, err: error }, 'request failed');
    this.#context.metrics.refused(code);
    this.#write(JSON.stringify({ id, error: { code, message } }));
    if (this.#role) return;
    if (code === 'unauthorized') this.dismiss('unauthorized', message);
    if (code === 'internal') this.dismiss('worker_died', message);
  }

  /** @param {string} frame */
  #write(frame) {
    if (this.#ended) return;
    this.#socket.send(frame);
    if (this.#socket.bufferedAmount > this.#context.limits.backlogBytes) this.#cut('slow');
  }

  /** @param {'silent' | 'slow'} code */
  #cut(code) {
    this.#context.log.info({ ...this.#role?.fields, code }, 'cutting socket');
    this.#context.metrics.closed(code);
    this.#socket.terminate();
    this.#end('lost');
  }

  /** @param {Ending} how */
  #end(how) {
    if (this.#ended) return;
    this.#ended = how;
    clearTimeout(this.#helloTimer);
    this.#role?.gone(this, how);
  }
}

/** @param {Buffer} data @returns {unknown} undefined where it is not JSON. */
function parseJson(data) {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}

/** @param {unknown} message @returns {number | null} The id to answer a malformed request with, if it has a usable one. */
function requestId(message) {
  const id = message !== null && typeof message === 'object' && 'id' in message ? message.id : null;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}
