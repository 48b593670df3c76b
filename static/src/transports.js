/** The two WebRTC transports of a call: made when needed, watched, and repaired by an ICE restart. */

import { StallWatch } from "./stall.js";

/**
 * An answer to a restart that takes longer than this and twice the usual will not come: the socket is dead too. To be
 * wrong about it costs another socket and no sound.
 */
const ANSWER_WITHIN_MS = 400;
const ROUND_TRIPS = 2;
/** A restart that has brought nothing after this, and after several round trips, is tried again. */
const RESTART_EVERY_MS = 1_000;
const RESTART_ROUND_TRIPS = 4;
const LOOK_EVERY_MS = 150;
/**
 * Silence that counts as a broken path. Voices are sent without pauses, and feedback about one's own several times a
 * second, so more than half a second without a byte is a network that has changed; browsers take five to say so.
 */
const STALL_MS = 600;
/** The same where bytes have been coming rarely. */
const MAX_STALL_MS = 1_200;

/**
 * @typedef {import("mediasoup-client").types.Transport} Transport
 * @typedef {"send" | "recv"} Direction
 * @typedef {object} Ice
 * @property {RTCIceServer[]} iceServers
 * @property {RTCIceTransportPolicy} iceTransportPolicy
 * @property {number} until when to ask for newer credentials, on the clock of `performance.now()`
 * @property {() => Promise<Ice>} renew
 * @typedef {{ transport: Transport, watch: StallWatch, repairing: boolean }} Leg
 */

export class Transports {
  #link;
  #ice;
  #expected;
  #onFlow;
  /** @type {import("mediasoup-client").Device | null} */
  #device = null;
  /** @type {Map<Direction, Promise<Transport>>} */
  #opening = new Map();
  /** @type {Set<Leg>} */
  #legs = new Set();
  #closed = false;
  #timer;

  /**
   * @param {import("./link.js").Link} link
   * @param {Ice} ice
   * @param {(direction: Direction) => boolean} expected whether bytes should be coming on that transport now
   * @param {(flowing: boolean) => void} onFlow media from the others began or ceased to get through
   */
  constructor(link, ice, expected, onFlow) {
    this.#link = link;
    this.#ice = ice;
    this.#expected = expected;
    this.#onFlow = onFlow;
    this.#timer = window.setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** @param {import("mediasoup-client").Device} device a loaded one */
  start(device) {
    this.#device = device;
  }

  /**
   * The transport of one direction.
   * @param {Direction} direction
   * @returns {Promise<Transport>}
   */
  get(direction) {
    let opening = this.#opening.get(direction);
    if (!opening) {
      opening = this.#open(direction);
      this.#opening.set(direction, opening);
      opening.catch(() => this.#opening.delete(direction));
    }
    return opening;
  }

  /** The statistics of both. @returns {Promise<RTCStatsReport[]>} */
  stats() {
    return Promise.all([...this.#legs].map(({ transport }) => transport.getStats()));
  }

  /**
   * The socket has come back. Where one transport has stopped, its twin has too, noticed or not: both are repaired.
   * @param {Ice} ice
   */
  async resume(ice) {
    this.#ice = ice;
    const legs = [...this.#legs];
    await Promise.all(legs.map(({ transport }) => transport.updateIceServers({ iceServers: ice.iceServers })));
    if (legs.some(isBroken)) for (const leg of legs) void this.#repair(leg);
  }

  /** Closes this side; the SFU closes its own with the participant. */
  close() {
    this.#closed = true;
    window.clearInterval(this.#timer);
    for (const { transport } of this.#legs) transport.close();
  }

  /**
   * @param {Direction} direction
   * @returns {Promise<Transport>}
   */
  async #open(direction) {
    if (!this.#device) throw new Error("load the device before it makes transports");
    const { transportId: id, ...remote } = await this.#link.request("createTransport", { direction });
    const { iceServers, iceTransportPolicy } = this.#ice;
    const options = { id, ...remote, iceServers, iceTransportPolicy };
    const transport =
      direction === "send" ? this.#device.createSendTransport(options) : this.#device.createRecvTransport(options);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#link.request("connectTransport", { transportId: id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      this.#link
        .request("produce", { transportId: id, kind, ...appData, rtpParameters })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    const leg = { transport, watch: new StallWatch(STALL_MS, MAX_STALL_MS), repairing: false };
    transport.on("connectionstatechange", () => this.#onState(leg));
    if (this.#closed) transport.close();
    else this.#legs.add(leg);
    return transport;
  }

  /** @param {Leg} leg */
  #onState(leg) {
    if (this.#closed) return;
    const { connectionState, direction } = leg.transport;
    if (direction === "recv" && connectionState === "connected") this.#onFlow(true);
    if (isBroken(leg)) void this.#repair(leg);
  }

  async #look() {
    for (const leg of this.#legs) {
      const { transport, watch, repairing } = leg;
      if (this.#closed || repairing || transport.connectionState !== "connected") continue;
      watch.look(received(await transport.getStats()), this.#expected(transport.direction), performance.now());
      if (isBroken(leg)) void this.#repair(leg);
    }
  }

  /**
   * Restarts ICE until media flows again, or the socket turns out dead too: then the page comes back on a new one, and
   * `resume` goes on here.
   * @param {Leg} leg
   */
  async #repair(leg) {
    if (leg.repairing || this.#closed || !this.#link.connection.open) return;
    leg.repairing = true;
    const { transport, watch } = leg;
    if (transport.direction === "recv") this.#onFlow(false);
    try {
      do {
        await this.#freshen();
        const within = Math.max(ANSWER_WITHIN_MS, ROUND_TRIPS * this.#link.roundTrip);
        const { iceParameters } = await this.#link.request("restartIce", { transportId: transport.id }, within);
        await transport.restartIce({ iceParameters });
        if (await this.#flows(transport)) {
          watch.reset();
          if (transport.direction === "recv") this.#onFlow(true);
          return;
        }
      } while (!this.#closed && this.#link.connection.open);
    } catch (error) {
      console.warn("call: ICE could not be restarted, connecting again:", error);
      if (!this.#closed) this.#link.giveUp();
    } finally {
      leg.repairing = false;
    }
  }

  /** Gets newer credentials for TURN servers where those of the beginning may have expired: a call can last for days. */
  async #freshen() {
    if (!(performance.now() >= this.#ice.until)) return;
    try {
      this.#ice = await this.#ice.renew();
      const { iceServers } = this.#ice;
      await Promise.all([...this.#legs].map(({ transport }) => transport.updateIceServers({ iceServers })));
    } catch (error) {
      console.warn("call: no newer credentials for TURN servers:", error); // without a relay it may still work
    }
  }

  /**
   * Waits until bytes come on a new path, where any are expected, or until it is time to try again.
   * @param {Transport} transport
   * @returns {Promise<boolean>} whether they do
   */
  async #flows(transport) {
    let before = received(await transport.getStats());
    const end = performance.now() + Math.max(RESTART_EVERY_MS, RESTART_ROUND_TRIPS * this.#link.roundTrip);
    while (!this.#closed && performance.now() < end) {
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_EVERY_MS));
      const now = received(await transport.getStats());
      const came = now > before || !this.#expected(transport.direction);
      if (came && transport.connectionState === "connected") return true;
      before = now; // a restart forgets the paths before it, and with them what had come on them
    }
    return false;
  }
}

/** @param {Leg} leg */
function isBroken({ transport, watch }) {
  const { connectionState } = transport;
  return connectionState === "disconnected" || connectionState === "failed" || watch.stalled;
}

/**
 * Bytes of media and feedback that have come, on whatever path.
 * @param {RTCStatsReport} report
 */
function received(report) {
  let bytes = 0;
  for (const entry of report.values()) if (entry.type === "candidate-pair") bytes += entry.bytesReceived ?? 0;
  return bytes;
}
