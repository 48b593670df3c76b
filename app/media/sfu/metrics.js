/** What Prometheus is told. */

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export class Metrics {
  registry = new Registry();
  #received = this.#counter('sfu_messages_total', 'Requests received, by method.', ['method']);
  #refused = this.#counter('sfu_refused_total', 'Requests refused, by error code.', ['code']);
  #closed = this.#counter('sfu_closed_total', 'Sockets closed by the SFU, by reason.', ['reason']);

  /**
   * @param {import('./rooms.js').Rooms<any>} rooms
   * @param {import('./media.js').MediaPool} pool
   */
  constructor(rooms, pool) {
    collectDefaultMetrics({ register: this.registry, prefix: 'sfu_' });
    this.#roomGauges(rooms);
    this.#mediaGauges(pool);
    this.#workerGauges(pool);
  }

  /** @param {string} method */
  received(method) {
    this.#received.inc({ method });
  }

  /** @param {string} code */
  refused(code) {
    this.#refused.inc({ code });
  }

  /** @param {string} reason */
  closed(reason) {
    this.#closed.inc({ reason });
  }

  /** @param {import('./rooms.js').Rooms<any>} rooms */
  #roomGauges(rooms) {
    this.#gauge('sfu_rooms', 'Open rooms.', (set) => set(rooms.open.length));
    this.#gauge('sfu_bridges', 'Connected bridges.', (set) => set(rooms.bridges));
    this.#gauge('sfu_participants', 'Participants, people and recorded speakers.', (set) => {
      set(sum(rooms.open, (room) => room.people.length), { kind: 'person' });
      set(sum(rooms.open, (room) => room.recorded.length), { kind: 'recorded' });
    }, ['kind']);
    this.#gauge('sfu_producers', 'Tracks into the SFU.', (set) => {
      const tracks = rooms.open.flatMap((room) => room.tracks);
      for (const track of ['original', 'dubbed']) {
        for (const kind of ['audio', 'video']) {
          set(tracks.filter((each) => each.track === track && each.kind === kind).length, { track, kind });
        }
      }
    }, ['track', 'kind']);
  }

  /** @param {import('./media.js').MediaPool} pool */
  #mediaGauges({ counts }) {
    this.#gauge('sfu_transports', 'Open transports, by use.', (set) => {
      set(counts.webrtc, { use: 'webrtc' });
      set(counts.tap, { use: 'tap' });
      set(counts.inject, { use: 'inject' });
    }, ['use']);
    this.#gauge('sfu_consumers', 'Tracks out of the SFU: to people who listen, and to taps.', (set) => {
      set(counts.listeners, { use: 'listener' });
      set(counts.taps, { use: 'tap' });
    }, ['use']);
  }

  /** @param {import('./media.js').MediaPool} pool */
  #workerGauges(pool) {
    this.#gauge('sfu_workers', 'Media workers that run.', (set) => set(pool.alive));
    this.#gauge('sfu_worker_resident_max_bytes', 'Largest resident memory of each media worker.', async (set) => {
      for (const { index, residentBytes } of await pool.usage()) set(residentBytes, { worker: String(index) });
    }, ['worker']);
    const cpu = new Counter({
      name: 'sfu_worker_cpu_seconds_total', help: 'CPU time of each media worker since it started.',
      labelNames: ['worker'], registers: [this.registry],
      collect: async () => {
        const usages = await pool.usage();
        cpu.reset();
        for (const { index, cpuSeconds } of usages) cpu.inc({ worker: String(index) }, cpuSeconds);
      },
    });
    const deaths = new Counter({
      name: 'sfu_worker_deaths_total', help: 'Media workers that died.', registers: [this.registry],
      collect: () => {
        deaths.reset();
        deaths.inc(pool.deaths);
      },
    });
  }

  /** @param {string} name @param {string} help @param {string[]} labelNames */
  #counter(name, help, labelNames) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /**
   * @param {string} name
   * @param {string} help
   * @param {(set: (value: number, labels?: Record<string, string>) => void) => void | Promise<void>} read Called at every scrape.
   * @param {string[]} [labelNames]
   */
  #gauge(name, help, read, labelNames = []) {
    const gauge = new Gauge({
      name, help, labelNames, registers: [this.registry],
      collect: () => read((value, labels = {}) => gauge.set(labels, value)),
    });
  }
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => number} value
 */
function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}
