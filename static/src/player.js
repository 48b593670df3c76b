/** Plays the tracks of a kept call together: all on one clock, the original lowered while its translation sounds. */

import { byId } from "./page.js";

/** Seconds by which a track may leave the clock before it is put back, and between two looks, ms. */
const DRIFT = 0.15;
const LOOK_MS = 200;
/** Volume of the original under its translation, and seconds of silence after which it is raised again. */
const UNDER = 0.15;
const PAUSE = 3;
/** Of 255: what is louder sounds. */
const SOUNDS = 4;

/**
 * @typedef {{ id: number, url: string, speaker: string, language: string, dubbed: boolean }} Track
 * @typedef {{ peaks: number[], cues: Record<string, number> }} Picture
 */

/**
 * How loud a track is to be at a moment.
 * @param {Track} track
 * @param {string} heard language that is listened to; "": the original voices
 * @param {readonly Track[]} tracks all
 * @param {(track: Track) => boolean} sounds whether a track has sounded in the last `PAUSE` seconds
 */
export function volumeOf(track, heard, tracks, sounds) {
  if (track.dubbed) return track.language === heard ? 1 : 0;
  const dub = tracks.find((other) => other.dubbed && other.language === heard && other.speaker === track.speaker);
  return dub && sounds(dub) ? UNDER : 1;
}

/**
 * Whether a track sounds at `at`, or did in the `PAUSE` seconds before.
 * @param {readonly number[]} peaks
 * @param {number} at seconds
 * @param {number} all seconds of the call
 */
export function soundsAt(peaks, at, all) {
  const place = (/** @type {number} */ seconds) => Math.floor((seconds / Math.max(all, 0.1)) * peaks.length);
  return peaks.slice(Math.max(0, place(at - PAUSE)), place(at) + 1).some((peak) => peak > SOUNDS);
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

class Player {
  /** @type {Map<number, HTMLAudioElement>} */ #audio = new Map();
  /** @type {Map<number, Picture>} */ #pictures = new Map();
  /** @type {Set<string>} Speakers that are not to be heard. */ #muted = new Set();
  #config;
  #at = /** @type {HTMLInputElement} */ (byId("at"));
  #play = /** @type {HTMLButtonElement} */ (byId("play"));
  #heard = /** @type {HTMLSelectElement | null} */ (byId("heard"));
  #playing = false;
  /** Where the clock stood when it was last set, seconds, and when that was, ms. */
  #from = 0;
  #since = 0;

  /** @param {{ picture: string, seconds: number, tracks: Track[] }} config */
  constructor(config) {
    this.#config = config;
    for (const track of config.tracks) {
      const audio = new Audio();
      audio.preload = "metadata";
      audio.src = track.url;
      audio.addEventListener("error", () => this.#fail());
      this.#audio.set(track.id, audio);
      document.querySelector(`[data-track="${track.id}"]`)?.append(audio);
    }
    this.#play.addEventListener("click", () => void (this.#playing ? this.#pause() : this.#start(this.#now())));
    this.#at.addEventListener("input", () => this.#seek(this.#at.valueAsNumber));
    this.#heard?.addEventListener("change", () => this.#look());
    byId("lines")?.addEventListener("click", ({ target }) => this.#hear(target));
    for (const row of document.querySelectorAll("[data-track]")) this.#tend(/** @type {HTMLElement} */ (row));
    window.setInterval(() => this.#look(), LOOK_MS);
    void this.#load();
    this.#look();
  }

  async #load() {
    const answer = await fetch(this.#config.picture, { headers: { accept: "application/json" } });
    if (!answer.ok) return this.#fail();
    const { tracks } = await answer.json();
    for (const [id, picture] of Object.entries(tracks)) this.#pictures.set(Number(id), picture);
    this.#draw();
    window.addEventListener("resize", () => this.#draw());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    byId("player")?.setAttribute("data-ready", "");
  }

  #fail() {
    const trouble = byId("trouble");
    if (trouble) trouble.hidden = false;
  }

  /** @param {HTMLElement} row of a track */
  #tend(row) {
    const track = this.#config.tracks.find(({ id }) => String(id) === row.dataset.track);
    const canvas = row.querySelector("canvas");
    canvas?.addEventListener("click", ({ offsetX }) => this.#seek((offsetX / canvas.clientWidth) * this.#config.seconds));
    const mute = row.querySelector(".mute");
    mute?.addEventListener("click", () => {
      if (!track) return;
      const muted = !this.#muted.delete(track.speaker);
      if (muted) this.#muted.add(track.speaker);
      mute.setAttribute("aria-pressed", String(muted));
      this.#look();
    });
  }

  /** Plays a line from its beginning: that of its translation, where that is what is heard. @param {EventTarget | null} target */
  #hear(target) {
    const line = target instanceof Element ? target.closest("[data-at]") : null;
    if (!(line instanceof HTMLElement)) return;
    const { segment = "", speaker, at } = line.dataset;
    const dub = this.#config.tracks.find((track) => track.dubbed && track.language === this.#language && track.speaker === speaker);
    const cue = dub && this.#pictures.get(dub.id)?.cues[segment];
    void this.#start(cue ?? Number(at));
  }

  get #language() {
    return this.#heard?.value ?? "";
  }

  #now() {
    return this.#playing ? this.#from + (performance.now() - this.#since) / 1000 : this.#from;
  }

  /** @param {number} at seconds */
  #set(at) {
    this.#from = Math.min(Math.max(0, at), this.#config.seconds);
    this.#since = performance.now();
  }

  /** @param {number} at */
  async #start(at) {
    this.#set(at >= this.#config.seconds - 0.1 ? 0 : at);
    this.#playing = true;
    for (const audio of this.#audio.values()) audio.currentTime = this.#from;
    this.#look();
    // A track that ends before this moment refuses, and is silent anyway.
    await Promise.allSettled([...this.#audio.values()].map((audio) => audio.play()));
    this.#set(this.#from);
  }

  #pause() {
    this.#set(this.#now());
    this.#playing = false;
    for (const audio of this.#audio.values()) audio.pause();
    this.#look();
  }

  /** @param {number} at */
  #seek(at) {
    if (this.#playing) return void this.#start(at);
    this.#set(at);
    this.#look();
  }

  /** Keeps all tracks on the clock, and shows where it stands. */
  #look() {
    const now = this.#now();
    const { seconds, tracks } = this.#config;
    if (this.#playing && now >= seconds) return this.#pause();
    const sounds = (/** @type {Track} */ track) => soundsAt(this.#pictures.get(track.id)?.peaks ?? [], now, seconds);
    for (const track of tracks) {
      const audio = this.#audio.get(track.id);
      if (!audio) continue;
      const volume = this.#muted.has(track.speaker) ? 0 : volumeOf(track, this.#language, tracks, sounds);
      audio.volume = volume;
      audio.muted = volume === 0; // iPhones leave the volume as it is
      if (this.#playing && !audio.ended && Math.abs(audio.currentTime - now) > DRIFT && !audio.seeking) audio.currentTime = now;
      document.querySelector(`[data-track="${track.id}"]`)?.toggleAttribute("data-silent", audio.muted);
    }
    this.#show(now);
  }

  /** @param {number} now */
  #show(now) {
    const { play = "", pause = "" } = this.#play.dataset;
    const label = this.#playing ? pause : play;
    if (this.#play.textContent !== label) this.#play.textContent = label;
    this.#at.value = String(now);
    byId("player")?.style.setProperty("--at", `${(100 * now) / Math.max(this.#config.seconds, 0.1)}%`);
    const words = this.#at.dataset.words ?? "{at}";
    this.#at.setAttribute("aria-valuetext", words.replace("{at}", clock(now)).replace("{all}", clock(this.#config.seconds)));
    const shown = byId("clock");
    if (shown && shown.textContent !== clock(now)) shown.textContent = clock(now);
    for (const line of document.querySelectorAll("#lines .line")) {
      const { at, end } = /** @type {HTMLElement} */ (line).dataset;
      const here = now >= Number(at) && now < Math.max(Number(end), Number(at) + 0.5);
      if (here) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    }
  }

  #draw() {
    for (const [id, { peaks }] of this.#pictures) {
      const canvas = document.querySelector(`[data-track="${id}"] canvas`);
      const context = canvas instanceof HTMLCanvasElement ? canvas.getContext("2d") : null;
      if (!(canvas instanceof HTMLCanvasElement) || !context) continue;
      const scale = window.devicePixelRatio || 1;
      const width = (canvas.width = Math.max(1, Math.round(canvas.clientWidth * scale)));
      const height = (canvas.height = Math.max(1, Math.round(canvas.clientHeight * scale)));
      context.fillStyle = getComputedStyle(canvas).color;
      for (let x = 0; x < width; x++) {
        const [from, to] = [x, x + 1].map((at) => Math.floor((at / width) * peaks.length));
        const peak = Math.max(0, ...peaks.slice(from, Math.max(Number(to), Number(from) + 1)));
        const bar = Math.max(peak > SOUNDS ? scale : 0, Math.sqrt(peak / 255) * height);
        context.fillRect(x, (height - bar) / 2, 1, bar);
      }
    }
  }
}

const text = typeof document === "undefined" ? null : byId("player-config")?.textContent;
if (text && byId("player")) new Player(JSON.parse(text));
