/** The WebRTC side of a call: what it receives, what it sends, and the transports below both. It outlives a lost socket. */

import { Device } from "mediasoup-client";

import { Link } from "./link.js";
import { Receiver } from "./receiver.js";
import { Sender } from "./sender.js";
import { Transports } from "./transports.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./transports.js").Ice} Ice
 * @typedef {import("./receiver.js").Listener & { onFlow: (flowing: boolean) => void }} Listener
 */

export class MediaSession {
  #link;
  #transports;

  /**
   * @param {Connection} connection
   * @param {Ice} ice how to reach the SFU through NATs
   * @param {Listener} listener
   */
  constructor(connection, ice, listener) {
    this.#link = new Link(connection);
    this.#transports = new Transports(this.#link, ice, (direction) => this.#expects(direction), listener.onFlow);
    this.receiver = new Receiver(this.#link, this.#transports, listener);
    this.sender = new Sender(this.#link, this.#transports);
  }

  /**
   * Makes ready to receive.
   * @param {import("mediasoup-client").types.RtpCapabilities} routerRtpCapabilities
   * @throws {Error} named UnsupportedError: this browser cannot
   */
  async start(routerRtpCapabilities) {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    this.#transports.start(device);
    await this.receiver.start(device);
  }

  /**
   * Goes on over a new connection, on which the SFU has recognised us: media has not stopped meanwhile.
   * @param {Connection} connection
   * @param {import("./protocol.js").Hello} hello
   * @param {Ice} ice
   */
  async resume(connection, hello, ice) {
    this.#link.connection = connection;
    await Promise.all([this.#transports.resume(ice), this.sender.resume(hello.own)]);
  }

  /** The statistics of both transports. */
  stats() {
    return this.#transports.stats();
  }

  /** Closes this side; the SFU closes its own with the participant. */
  close() {
    this.receiver.close();
    this.#transports.close();
  }

  /** @param {import("./transports.js").Direction} direction */
  #expects(direction) {
    return direction === "recv" ? this.receiver.expectsVoice : this.sender.sendsVoice;
  }
}
