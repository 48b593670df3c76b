/** What the tests share: a real SFU on free loopback ports, tokens, a client that speaks the protocol, RTP packets. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { SignJWT } from 'jose';
import pino from 'pino';
import WebSocket from 'ws';

import { loadConfig } from '../config.js';
import { startSfu } from '../sfu.js';

export const SECRET = 'a secret that only the tests know, 32+';

/** Milliseconds after which something expected counts as missing. */
const PATIENCE = 5_000;

/** @returns {Promise<number>} A TCP port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * @param {Record<string, string>} [env]
 * @param {Partial<import('../config.js').Limits>} [limits]
 */
export async function startTestSfu(env = {}, limits = {}) {
  const rtcPort = String(await freePort());
  const config = loadConfig({
    SFU_TOKEN_SECRET: SECRET, SFU_RTC_PORT: rtcPort, SFU_PLAIN_PORT_MIN: '43000', SFU_PLAIN_PORT_MAX: '43999', ...env,
  });
  const merged = { ...config, port: 0, limits: { ...config.limits, resumeWithin: 100, ...limits } };
  return startSfu(merged, pino({ level: process.env.SFU_LOG_LEVEL || 'silent' }));
}

/**
 * @param {Record<string, unknown>} claims
 * @param {{secret?: string, audience?: string, expires?: number | null, issued?: number}} [options] `expires` in seconds from now.
 */
export function sign(claims, { secret = SECRET, audience = 'jbcalling-sfu', expires = 120, issued = 0 } = {}) {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setAudience(audience);
  token.setIssuedAt(Math.floor(Date.now() / 1_000) + issued);
  if (expires !== null) token.setExpirationTime(Math.floor(Date.now() / 1_000) + expires);
  return token.sign(new TextEncoder().encode(secret));
}

/** Of somebody who may do all that a participant may who is no host. */
export const SPEAKER = ['audio', 'video', 'screen', 'captions', 'read'];

/** @param {string} room @param {string} id @param {object} [meta] @param {string[]} [rights] */
export const participantToken = (room, id, meta = {}, rights = SPEAKER) => sign({ role: 'participant', sub: id, room, meta, rights });

/** @param {string} [id] */
export const bridgeToken = (id = 'bridge-1') => sign({ role: 'bridge', sub: id });

/** A refused request, as the client sees it. */
export class Refused extends Error {
  /** @param {{code: string, message: string}} error */
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

/** Speaks the protocol, and remembers what it was told. */
export class Client {
  #ids = 0;
  /** @type {Map<number, (message: any) => void>} */ #answers = new Map();
  /** @type {{event: string, data: any}[]} Events nobody has asked for yet. */ events = [];
  /** @type {(() => void)[]} */ #waiting = [];
  /** @type {any[]} Answers that belong to no request of ours. */ strays = [];

  /** @param {number} port */
  constructor(port) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    this.opened = once(this.socket, 'open');
    /** @type {Promise<number>} The close code. */
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    void this.closed.then(() => {
      for (const answer of this.#answers.values()) answer({ error: { code: 'closed', message: 'closed before it was answered' } });
    });
    this.socket.on('message', (data) => this.#receive(JSON.parse(data.toString())));
    this.socket.on('error', () => {});
  }

  /** @param {number} port @param {string | Promise<string>} token @returns {Promise<{client: Client, hello: any}>} */
  static async enter(port, token) {
    const client = new Client(port);
    await client.opened;
    return { client, hello: await client.request('hello', { token: await token }) };
  }

  /** @param {string} method @param {unknown} [data] @returns {Promise<any>} */
  request(method, data = {}) {
    const id = (this.#ids += 1);
    this.socket.send(JSON.stringify({ id, method, data }));
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (message) => (message.error ? reject(new Refused(message.error)) : resolve(message.ok)));
    });
  }

  /**
   * @param {string} name
   * @param {(data: any) => boolean} [fits]
   * @returns {Promise<any>} The data of the first such event not yet asked for.
   */
  async event(name, fits = () => true) {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const index = this.events.findIndex(({ event, data }) => event === name && fits(data));
      if (index >= 0) return this.events.splice(index, 1)[0]?.data;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no event ${name}; had ${JSON.stringify(this.events)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => { clearTimeout(timer); resolve(undefined); });
      });
    }
  }

  /**
   * Names of the events not asked for, once everything sent to us before now has arrived.
   *
   * Without who speaks loudest: that is told at any moment of a second, however long a busy machine makes a test take.
   */
  async settled() {
    this.socket.ping();
    await once(this.socket, 'pong');
    return this.events.map(({ event }) => event).filter((name) => name !== 'dominantSpeaker');
  }

  async leave() {
    this.socket.close();
    await this.closed;
  }

  /** @param {any} message */
  #receive(message) {
    if ('event' in message) {
      this.events.push(message);
      for (const wake of this.#waiting.splice(0)) wake();
      return;
    }
    const answer = this.#answers.get(message.id);
    if (!answer) return void this.strays.push(message);
    this.#answers.delete(message.id);
    answer(message);
  }
}

/** @param {number} sequence @param {number} ssrc @param {Buffer} payload @returns {Buffer} 20 ms of Opus in RTP, payload type 100. */
export function rtpPacket(sequence, ssrc, payload) {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(100, 1);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(sequence * 960, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** A UDP socket on loopback that keeps the RTP it gets, in order of arrival. */
export class RtpSocket {
  socket = createSocket('udp4');
  /** @type {Buffer[]} */ packets = [];

  async open() {
    this.socket.on('message', (data) => { if (((data[1] ?? 0) & 0x7f) < 64 || ((data[1] ?? 0) & 0x7f) > 95) this.packets.push(data); });
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    return this;
  }

  get port() {
    return this.socket.address().port;
  }

  /**
   * Sends a packet every 20 ms until one has arrived at `to`, or patience ends.
   *
   * @param {number} port @param {number} ssrc @param {Buffer} payload
   * @param {() => boolean} arrived
   */
  async sendUntil(port, ssrc, payload, arrived) {
    const end = performance.now() + PATIENCE;
    for (let sequence = 1; !arrived(); sequence += 1) {
      if (performance.now() > end) throw new Error('no RTP arrived');
      this.socket.send(rtpPacket(sequence, ssrc, payload), port, '127.0.0.1');
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  close() {
    this.socket.close();
  }
}
