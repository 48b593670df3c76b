/** What is received from the others: exactly the tracks that are wanted, pictures only as large as they are shown. */

import { RequestError } from "./connection.js";

const RETRY_MS = 1_000;

/**
 * @typedef {import("mediasoup-client").types.Consumer} Consumer
 * @typedef {import("./protocol.js").Producer} Producer
 * @typedef {{ visible: boolean, layer: number }} View how a picture is shown: whether at all, and the best simulcast
 *   layer that is of use
 *
 * @typedef {object} Listener
 * @property {(producer: Producer, track: MediaStreamTrack) => void} onTrack
 * @property {(producerId: string) => void} onTrackGone
 */

export class Receiver {
  #link;
  #transports;
  #listener;
  /** @type {import("mediasoup-client").Device | null} */
  #device = null;
  /** @type {Map<string, Producer>} */
  #wanted = new Map();
  /** @type {Map<string, Consumer>} */
  #consumers = new Map();
  /** @type {Map<string, Promise<void>>} */
  #pending = new Map();
  #closed = false;

  /**
   * @param {import("./link.js").Link} link
   * @param {import("./transports.js").Transports} transports
   * @param {Listener} listener
   */
  constructor(link, transports, listener) {
    this.#link = link;
    this.#transports = transports;
    this.#listener = listener;
  }

  /** Whether a voice should be coming in now: of a dub nothing comes while it has nothing to say. */
  get expectsVoice() {
    const heard = [...this.#consumers].filter(([, { kind }]) => kind === "audio").map(([id]) => this.#wanted.get(id));
    return heard.some((producer) => producer?.track === "original" && !producer.paused);
  }

  /** @param {import("mediasoup-client").Device} device a loaded one */
  async start(device) {
    this.#device = device;
    await this.#transports.get("recv");
    this.sync([...this.#wanted.values()]);
  }

  /**
   * Receives exactly these producers from now on.
   * @param {readonly Producer[]} wanted
   */
  sync(wanted) {
    this.#wanted = new Map(wanted.map((producer) => [producer.producerId, producer]));
    if (this.#closed || !this.#device) return;
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
   * Has the SFU send no more of a picture than is shown.
   * @param {string} producerId
   * @param {View} view
   */
  async show(producerId, { visible, layer }) {
    const consumer = this.#consumers.get(producerId);
    if (!consumer) return;
    const { id: consumerId } = consumer;
    try {
      // All at once: what waited for an answer would come after what is said of the picture meanwhile, and undo it.
      await Promise.all([
        visible && this.#link.request("preferLayer", { consumerId, layer }),
        this.#link.request(visible ? "resumeConsumer" : "pauseConsumer", { consumerId }),
      ]);
    } catch (error) {
      console.debug("call: a picture is not there any more:", error);
    }
  }

  close() {
    this.#closed = true;
  }

  /** @param {string} producerId */
  async #consume(producerId) {
    /** @type {Consumer | null} */
    let consumer = null;
    try {
      if (!this.#device) throw new Error("start the receiver before it consumes");
      const transport = await this.#transports.get("recv");
      const { recvRtpCapabilities: rtpCapabilities } = this.#device;
      const answer = await this.#link.request("consume", { producerId, rtpCapabilities });
      const { consumerId, kind, rtpParameters } = answer;
      consumer = await transport.consume({ id: consumerId, producerId, kind, rtpParameters });
      this.#consumers.set(producerId, consumer);
      if (this.#wanted.has(producerId)) await this.#link.request("resumeConsumer", { consumerId });
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
    this.#link
      .request("closeConsumer", { consumerId: consumer.id })
      .catch((error) => console.debug("call: the SFU had already closed it:", error));
  }
}
