/** The WebRTC side of one connection: its transports, what it receives and what it sends. */

import { Device } from "mediasoup-client";

import { RequestError } from "./connection.js";

const RETRY_MS = 1_000;
const ICE_RESTART_EVERY_MS = 3_000;
/**
 * One voice with redundancy against loss. No DTX: with it a browser stops sending when speech ends, and the bridge, which cannot tell a pause from a late packet,
 * knows of the end of an utterance about 80 ms later. Opus spends little on silence by itself.
 */
const OPUS = Object.freeze({ opusStereo: false, opusDtx: false, opusFec: true });

/**
 * @typedef {import("mediasoup-client").types.Transport} Transport
 * @typedef {import("mediasoup-client").types.Consumer} Consumer
 * @typedef {import("./protocol.js").Producer} Producer
 *
 * @typedef {object} Listener
 * @property {(producer: Producer, track: MediaStreamTrack) => void} onTrack
 * @property {(producerId: string) => void} onTrackGone
 * @property {(flowing: boolean) => void} onFlow media began or ceased to get through
 */

export class MediaSession {
  #connection;
  #listener;
  /** @type {Device | null} */
  #device = null;
  /** @type {Promise<Transport> | null} */
  #receiving = null;
  /** @type {Promise<Transport> | null} */
  #sending = null;
  /** @type {Map<string, Producer>} */
  #wanted = new Map();
  /** @type {Map<string, Consumer>} */
  #consumers = new Map();
  /** @type {Map<string, Promise<void>>} */
  #pending = new Map();
  /** @type {import("mediasoup-client").types.Producer | null} */
  #producer = null;
  #muted = false;
  #closed = false;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {Listener} listener
   */
  constructor(connection, listener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /**
   * Makes ready to receive.
   * @param {import("mediasoup-client").types.RtpCapabilities} routerRtpCapabilities
   * @throws {Error} named UnsupportedError: this browser cannot
   */
  async start(routerRtpCapabilities) {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    this.#device = device;
    this.#receiving = this.#transport("recv");
    await this.#receiving;
  }

  /**
   * Receives exactly these producers from now on.
   * @param {readonly Producer[]} wanted
   */
  sync(wanted) {
    this.#wanted = new Map(wanted.map((producer) => [producer.producerId, producer]));
    if (this.#closed || !this.#receiving) return;
    for (const producerId of this.#consumers.keys()) if (!this.#wanted.has(producerId)) this.#drop(producerId);
    for (const producerId of this.#wanted.keys()) {
      if (this.#consumers.has(producerId) || this.#pending.has(producerId)) continue;
      const work = this.#consume(producerId).finally(() => this.#pending.delete(producerId));
      this.#pending.set(producerId, work);
    }
  }

  /** Resolves when every track asked for so far is running, or has failed. */
  async settled() {
    await Promise.all(this.#pending.values());
  }

  /**
   * Sends a track, in place of the one sent before. It is not stopped with the session, so that the next session
   * can send it too.
   * @param {MediaStreamTrack} track
   */
  async send(track) {
    if (this.#producer) {
      await this.#producer.replaceTrack({ track });
      return;
    }
    this.#sending ??= this.#transport("send");
    const transport = await this.#sending;
    this.#producer = await transport.produce({ track, stopTracks: false, codecOptions: { ...OPUS } });
  }

  /**
   * Pauses or resumes what is sent, here and for everybody.
   * @param {boolean} muted
   */
  async setMuted(muted) {
    if (!this.#producer || this.#muted === muted) return;
    this.#muted = muted;
    if (muted) this.#producer.pause();
    else this.#producer.resume();
    await this.#connection.request(muted ? "pauseProducer" : "resumeProducer", { producerId: this.#producer.id });
  }

  /** Closes this side's transports; the SFU closes its own with the socket. */
  close() {
    this.#closed = true;
    for (const transport of [this.#receiving, this.#sending]) {
      transport?.then((open) => open.close()).catch((error) => console.debug("call: nothing to close:", error));
    }
  }

  /** @param {string} producerId */
  async #consume(producerId) {
    /** @type {Consumer | null} */
    let consumer = null;
    try {
      if (!this.#device || !this.#receiving) throw new Error("start the session before it consumes");
      const { recvRtpCapabilities: rtpCapabilities } = this.#device;
      const answer = await this.#connection.request("consume", { producerId, rtpCapabilities });
      const { consumerId, kind, rtpParameters } = answer;
      consumer = await (await this.#receiving).consume({ id: consumerId, producerId, kind, rtpParameters });
      this.#consumers.set(producerId, consumer);
      if (this.#wanted.has(producerId)) await this.#connection.request("resumeConsumer", { consumerId });
      const producer = this.#wanted.get(producerId); // it may have gone during any of the waits
      if (producer && !this.#closed) this.#listener.onTrack(producer, consumer.track);
      else this.#drop(producerId);
    } catch (error) {
      if (consumer) this.#drop(producerId);
      this.#onConsumeError(producerId, error);
    }
  }

  /**
   * @param {string} producerId
   * @param {unknown} error
   */
  #onConsumeError(producerId, error) {
    const gone = error instanceof RequestError && (error.code === "not_found" || error.code === "closed");
    if (this.#closed || gone || !this.#wanted.has(producerId)) return;
    console.warn("call: could not receive a track, trying again:", error);
    window.setTimeout(() => this.sync([...this.#wanted.values()]), RETRY_MS);
  }

  /** @param {string} producerId */
  #drop(producerId) {
    const consumer = this.#consumers.get(producerId);
    if (!consumer) return;
    this.#consumers.delete(producerId);
    consumer.close();
    this.#listener.onTrackGone(producerId);
    this.#connection
      .request("closeConsumer", { consumerId: consumer.id })
      .catch((error) => console.debug("call: the SFU had already closed it:", error));
  }

  /**
   * @param {"send" | "recv"} direction
   * @returns {Promise<Transport>}
   */
  async #transport(direction) {
    if (!this.#device) throw new Error("start the session before it makes transports");
    const { transportId: id, ...options } = await this.#connection.request("createTransport", { direction });
    const transport =
      direction === "send"
        ? this.#device.createSendTransport({ id, ...options })
        : this.#device.createRecvTransport({ id, ...options });
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#connection.request("connectTransport", { transportId: id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on("produce", ({ kind, rtpParameters }, done, failed) => {
      this.#connection
        .request("produce", { transportId: id, kind, rtpParameters })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on("connectionstatechange", () => void this.#onTransportState(transport));
    return transport;
  }

  /**
   * The socket is alive and media is not: restart ICE until it flows again, or the socket turns out dead too.
   * @param {Transport} transport
   */
  async #onTransportState(transport) {
    if (this.#closed) return;
    const { connectionState, direction } = transport;
    if (direction === "recv" && connectionState === "connected") this.#listener.onFlow(true);
    if (!isBroken(transport) || transport.appData.restarting) return;
    transport.appData.restarting = true;
    if (direction === "recv") this.#listener.onFlow(false);
    try {
      while (!this.#closed && this.#connection.open && isBroken(transport)) {
        const { iceParameters } = await this.#connection.request("restartIce", { transportId: transport.id });
        await transport.restartIce({ iceParameters });
        await new Promise((resolve) => window.setTimeout(resolve, ICE_RESTART_EVERY_MS));
      }
    } catch (error) {
      console.warn("call: ICE could not be restarted, connecting again:", error);
      if (!this.#closed) this.#connection.close();
    } finally {
      transport.appData.restarting = false;
    }
  }
}

/** @param {Transport} transport */
function isBroken(transport) {
  return transport.connectionState === "disconnected" || transport.connectionState === "failed";
}
