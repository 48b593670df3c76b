/** The media workers: one mediasoup process each, watched, and replaced when one dies. */

import { isIPv6 } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import * as mediasoup from 'mediasoup';

import { RequestError } from './errors.js';
import { RoomMedia } from './room-media.js';

/** @typedef {import('mediasoup').types.Worker} Worker */
/** @typedef {import('mediasoup').types.WebRtcServer} WebRtcServer */

/**
 * @typedef {object} Slot One worker's place; the process in it may change.
 * @property {number} index
 * @property {{worker: Worker, server: WebRtcServer} | null} live
 * @property {Map<RoomMedia, () => void>} rooms The rooms on it, and whom to tell when it dies.
 */

/** @typedef {{index: number, cpuSeconds: number, residentBytes: number}} Usage */

/** A dead worker is replaced at once; one that will not start is tried again this often. */
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];

/** A worker that hangs must not hang the scrape of metrics with it; milliseconds. */
const USAGE_WITHIN = 1_000;

export class MediaPool {
  /** @type {Slot[]} */ #slots = [];
  #closing = false;
  #config;
  #log;
  /** What is open now, for the metrics and the port limit. */
  counts = { webrtc: 0, tap: 0, inject: 0, listeners: 0, taps: 0 };
  deaths = 0;

  /** @param {Readonly<import('./config.js').Config>} config @param {import('pino').Logger} log */
  constructor(config, log) {
    this.#config = config;
    this.#log = log;
  }

  /**
   * @param {Readonly<import('./config.js').Config>} config
   * @param {import('pino').Logger} log
   * @returns {Promise<MediaPool>} With every worker running.
   * @throws {Error} A worker did not start, or its port is taken.
   */
  static async start(config, log) {
    const pool = new MediaPool(config, log);
    for (let index = 0; index < config.workers; index += 1) {
      pool.#slots.push({ index, live: null, rooms: new Map() });
    }
    try {
      await Promise.all(pool.#slots.map((slot) => pool.#spawn(slot)));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** Workers that run. */
  get alive() {
    return this.#slots.filter((slot) => slot.live !== null).length;
  }

  /** Process ids of the workers that run. */
  get pids() {
    return this.#slots.flatMap((slot) => (slot.live ? [slot.live.worker.pid] : []));
  }

  /**
   * @param {() => void} onDied The worker of this room died; its transports are gone.
   * @returns {Promise<RoomMedia>} On the worker with the least to do.
   * @throws {RequestError} `internal`: no worker is running.
   */
  async openRoom(onDied) {
    const slot = this.#slots.filter((each) => each.live !== null).sort((a, b) => load(a) - load(b))[0];
    if (!slot?.live) throw new RequestError('internal', 'No media worker is running: come back in a few seconds.');
    const { worker, server } = slot.live;
    const media = await RoomMedia.open(worker, server, {
      limits: this.#config.limits,
      plainPorts: { min: this.#config.plainPortMin, max: this.#config.plainPortMax },
      counts: this.counts,
      onClosed: (closed) => slot.rooms.delete(closed),
    });
    if (slot.live?.worker !== worker) throw new RequestError('internal', 'The media worker died: come back in a few seconds.');
    slot.rooms.set(media, onDied);
    return media;
  }

  /** @returns {Promise<Usage[]>} Of each worker that answers in time. */
  async usage() {
    const asked = this.#slots.map(async ({ index, live }) => {
      if (!live) return [];
      const tooLate = setTimeout(USAGE_WITHIN, null, { ref: false });
      const usage = await Promise.race([live.worker.getResourceUsage(), tooLate]);
      if (!usage) return [];
      return [{ index, cpuSeconds: (usage.ru_utime + usage.ru_stime) / 1_000, residentBytes: usage.ru_maxrss * 1_024 }];
    });
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }

  close() {
    this.#closing = true;
    for (const slot of this.#slots) slot.live?.worker.close();
  }

  /** @param {Slot} slot */
  async #spawn(slot) {
    const { media, rtcPort } = this.#config;
    const port = rtcPort + slot.index;
    const worker = await mediasoup.createWorker({ logLevel: 'warn', logTags: ['info', 'ice', 'dtls', 'srtp'] });
    worker.once('died', (error) => this.#died(slot, error));
    try {
      const server = await worker.createWebRtcServer({
        listenInfos: media.flatMap(({ ip, announcedAddress }) =>
          (/** @type {const} */ (['udp', 'tcp'])).map((protocol) => ({
            protocol, ip, announcedAddress, port, flags: { ipv6Only: isIPv6(ip) }, // `::` would take the IPv4 port, too
          })),
        ),
      });
      if (this.#closing) return worker.close();
      slot.live = { worker, server };
      this.#log.info({ worker: slot.index, pid: worker.pid, port }, 'media worker running');
    } catch (error) {
      worker.close();
      const what = `media worker ${slot.index} cannot listen on ${media.map(({ ip }) => ip).join(' and ')} port ${port}`;
      throw new Error(`${what}: free it or change SFU_RTC_PORT`, { cause: error });
    }
  }

  /** @param {Slot} slot @param {Error} error */
  #died(slot, error) {
    if (this.#closing || slot.live === null) return;
    this.deaths += 1;
    slot.live = null;
    const rooms = [...slot.rooms.values()];
    slot.rooms.clear();
    this.#log.error({ worker: slot.index, rooms: rooms.length, reason: error.message }, 'media worker died');
    for (const onDied of rooms) onDied();
    void this.#respawn(slot);
  }

  /** @param {Slot} slot */
  async #respawn(slot) {
    for (let attempt = 0; !this.#closing; attempt += 1) {
      try {
        return await this.#spawn(slot);
      } catch (error) {
        this.#log.error({ worker: slot.index, attempt, err: error }, 'media worker did not start');
        await setTimeout(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)], undefined, { ref: false });
      }
    }
  }
}

/** @param {Slot} slot */
const load = (slot) => [...slot.rooms.keys()].reduce((total, media) => total + media.load, 0);

/**
 * Lets the warnings and errors of mediasoup into our log.
 *
 * @param {import('pino').Logger} log
 * @param {() => boolean} closing Whether we are about to end: a worker that still has something to tell us then finds
 *   its pipe broken, which is no error.
 */
export function logMediasoup(log, closing) {
  mediasoup.setLogEventListeners({
    onwarn: (namespace, message) => log[closing() ? 'info' : 'warn']({ namespace }, message),
    onerror: (namespace, message, error) => log[closing() ? 'info' : 'error']({ namespace, err: error }, message),
  });
}
