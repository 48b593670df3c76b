/** Plays the tracks of a call, the original under its dub (docs/protocol.md, Passthrough). */

import { chime } from "./chime.js";
import { DUCK_SECONDS, RAISE_SECONDS, UNDER, gainOf, interprets, isFor, sounding } from "./gains.js";
import { measure, rms } from "./loudness.js";
import { createPump, removePump, startPump } from "./pump.js";

/** After this share of its time constant a ramp is 98 % there. */
const TIME_CONSTANTS_PER_RAMP = 4;
const METER_SAMPLES = 2048;
/** RMS (full scale 1) from which a dub counts as sounding: synthesised speech is far above, its pauses are below. */
const SOUNDING_RMS = 0.003;
/** The same of a person who interprets: a room is not as quiet as that. */
const SPEAKING_RMS = 0.01;
/** @type {ReadonlySet<string>} */
const NOBODY = new Set();
const LISTEN_EVERY_MS = 50;

/**
 * @typedef {object} Entry
 * @property {string} producerId
 * @property {string} speaker
 * @property {"original" | "dubbed"} track
 * @property {string} label
 * @property {boolean} paused
 * @property {boolean} untranslated
 * @property {boolean} partial
 * @property {boolean} stale
 * @property {number} target gain it plays at, or is on its way to
 * @property {HTMLAudioElement} element
 * @property {MediaStreamAudioSourceNode} source
 * @property {GainNode} gain
 * @property {AnalyserNode} meter before its gain
 * @property {number} heard when a dub, or a person who interprets, last sounded, ms
 * @property {ReadonlySet<string>} speaksFor speakers in whose place a person is heard on it, who interprets them
 */

export class Mixer {
  #context;
  #container;
  #among;
  /** @type {Set<Entry>} */
  #entries = new Set();
  #samples = new Float32Array(METER_SAMPLES);
  #under = UNDER;
  /** @type {ReadonlyMap<string, ReadonlySet<string>>} */
  #voices = new Map();
  #timer;
  /** Whether sound has come out before. */
  #ran = false;

  /**
   * @param {Element | null} container where the audio elements go, hidden
   * @param {() => void} onSuspended the browser started or stopped holding the sound back
   * @param {(speaker: string) => readonly string[]} [among] languages of those who share somebody's microphone
   */
  constructor(container, onSuspended, among = () => []) {
    this.#among = among;
    this.#container = container;
    this.#timer = window.setInterval(() => this.#listen(), LISTEN_EVERY_MS);
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#context.addEventListener("statechange", () => {
      this.#ran ||= this.running;
      onSuspended();
      this.#goOn();
    });
  }

  /** Whether sound comes out. */
  get running() {
    return this.#context.state === "running";
  }

  /** Whether something has taken the sound that came out before: a call on the phone, another app, a sleeping device. */
  get interrupted() {
    return this.#ran && !this.running && this.#context.state !== "closed";
  }

  /** Asks for sound; without a user's gesture the browser may keep it waiting. */
  async resume() {
    if (this.#context.state === "closed") return;
    for (const { element } of this.#entries) void startPump(element);
    try {
      await this.#context.resume();
    } catch (error) {
      console.debug("call: the device is still taken, for instance by a phone call:", error);
    }
  }

  /**
   * Plays a track, in place of the one that the same speaker had of the same kind.
   * @param {import("./protocol.js").Producer} producer
   * @param {MediaStreamTrack} media
   */
  attach(producer, media) {
    const { producerId, participant: speaker, track, paused, untranslated = false } = producer;
    const label = producer.label ?? "";
    const before = [...this.#entries].filter(
      (entry) => entry.speaker === speaker && entry.track === track && entry.label === label,
    );
    const stream = new MediaStream([media]);
    const source = this.#context.createMediaStreamSource(stream);
    const gain = new GainNode(this.#context, { gain: before[0]?.target ?? 1 });
    source.connect(gain).connect(this.#context.destination);
    const meter = this.#meter(source);
    const element = createPump(this.#container, stream, { speaker, track, label });
    /** @type {Entry} */
    const entry = { producerId, speaker, track, label, paused, untranslated, partial: false, stale: false, heard: -Infinity, speaksFor: this.#voices.get(speaker) ?? NOBODY, target: gain.gain.value, element, source, gain, meter };
    before.forEach((old) => this.#remove(old));
    this.#entries.add(entry);
    this.#level();
  }

  /**
   * Stops a track.
   * @param {string} producerId
   */
  detach(producerId) {
    for (const entry of this.#entries) if (entry.producerId === producerId) this.#remove(entry);
    this.#level();
  }

  /**
   * Takes in which producers are paused, and which are not translated.
   * @param {ReadonlyMap<string, { paused: boolean, untranslated?: boolean }>} producers by id
   */
  update(producers) {
    for (const entry of this.#entries) {
      const { paused = entry.paused, untranslated = entry.untranslated } = producers.get(entry.producerId) ?? {};
      Object.assign(entry, { paused, untranslated });
    }
    this.#level();
  }

  /**
   * Takes in which people interpret whom.
   * @param {ReadonlyMap<string, ReadonlySet<string>>} voices interpreter → speakers
   */
  interpreted(voices) {
    this.#voices = voices;
    for (const entry of this.#entries) entry.speaksFor = voices.get(entry.speaker) ?? NOBODY;
    this.#level();
  }

  /** Marks all tracks as those of a connection that has been replaced: they play on, but decide nothing. */
  retire() {
    for (const entry of this.#entries) entry.stale = true;
    this.#level();
  }

  /** Stops the tracks marked by `retire` that have no successor. */
  sweep() {
    for (const entry of this.#entries) if (entry.stale) this.#remove(entry);
    this.#level();
  }

  /**
   * Plays originals under their dubs at this volume from now on.
   * @param {number} under from 0, the interpreter alone, to 1
   */
  setUnder(under) {
    this.#under = under;
    this.#level();
  }

  /**
   * Plays on another output.
   * @param {string} deviceId "" for the default one
   * @throws {DOMException} it is not there, or not allowed
   */
  async setOutput(deviceId) {
    const context = /** @type {AudioContext & { setSinkId?: (id: string) => Promise<void>, sinkId?: string }} */ (this.#context);
    // One that it plays on already need not be named.
    if (context.state === "closed" || context.sinkId === deviceId) return;
    await context.setSinkId?.(deviceId);
    await this.resume(); // where the output before has taken the sound with it
  }

  /** Somebody is back at the page: what the system has paused meanwhile plays again. */
  goOn() {
    for (const { element } of this.#entries) void startPump(element);
    this.#goOn();
  }

  /** How long ago a dub sounded last, ms; endless where none has. */
  get sinceDub() {
    const heard = [...this.#entries].filter(({ track }) => track === "dubbed").map((entry) => entry.heard);
    return performance.now() - Math.max(-Infinity, ...heard);
  }

  /**
   * Whether there is an interpreter for a speaker now.
   * @param {string} speaker
   */
  dubbed(speaker) {
    return [...this.#entries].some((entry) => isFor(entry, speaker) && (entry.speaksFor.size > 0 || interprets(entry)));
  }

  /**
   * How loud a speaker's original voice is now, before ducking.
   * @param {string} speaker
   * @returns {number} RMS, full scale 1
   */
  loudness(speaker) {
    for (const entry of this.#entries) {
      if (entry.speaker === speaker && entry.track === "original") return rms(entry.meter, this.#samples);
    }
    return 0;
  }

  /**
   * Measures a track without playing it.
   * @param {MediaStreamTrack} media
   * @returns {import("./loudness.js").Measuring}
   */
  measure(media) {
    return measure(media, this.#context);
  }

  /** Plays a soft sound beside what is heard. */
  chime() {
    chime(this.#context);
  }

  /** Stops everything for good. */
  async close() {
    window.clearInterval(this.#timer);
    for (const entry of this.#entries) this.#remove(entry);
    if (this.#context.state !== "closed") await this.#context.close();
  }

  /** Follows which dubs sound, so that originals give way to those and to nothing else. */
  #listen() {
    const now = performance.now();
    let changed = false;
    for (const entry of this.#entries) {
      const person = entry.speaksFor.size > 0 && entry.track === "original";
      if (entry.track !== "dubbed" && !person) continue;
      const before = sounding(entry.heard, now - LISTEN_EVERY_MS);
      if (rms(entry.meter, this.#samples) > (person ? SPEAKING_RMS : SOUNDING_RMS)) entry.heard = now;
      changed ||= before !== sounding(entry.heard, now);
    }
    if (changed) this.#level();
  }

  /** While the system holds the sound, asking for it would leave a context in Safari that runs without a sound. */
  #goOn() {
    if (this.#context.state === "suspended") void this.resume();
  }

  #level() {
    const all = [...this.#entries];
    for (const entry of all) entry.partial = this.#among(entry.speaker).includes(entry.label.split(":", 1)[0] ?? "");
    const now = this.#context.currentTime;
    for (const entry of all) {
      const target = gainOf(entry, all, this.#under, performance.now());
      if (target !== entry.target) {
        const ramp = target < entry.target ? DUCK_SECONDS : RAISE_SECONDS;
        entry.gain.gain.cancelScheduledValues(now);
        // Goes on from wherever an unfinished ramp is; reading `value` for that is wrong in Firefox.
        entry.gain.gain.setTargetAtTime(target, now, ramp / TIME_CONSTANTS_PER_RAMP);
        entry.target = target;
      }
      if (entry.element.dataset.gain !== String(target)) entry.element.dataset.gain = String(target);
    }
  }

  /** @param {AudioNode} source */
  #meter(source) {
    const meter = new AnalyserNode(this.#context, { fftSize: METER_SAMPLES });
    source.connect(meter);
    return meter;
  }

  /** @param {Entry} entry */
  #remove(entry) {
    this.#entries.delete(entry);
    entry.source.disconnect();
    entry.gain.disconnect();
    removePump(entry.element);
  }
}
