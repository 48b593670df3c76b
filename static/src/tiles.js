/** The pictures of a call: a tile for each camera and shared screen, none where there are none. */

import { fill } from "./config.js";
import { showMark } from "./hands.js";

/** Widths in pixels from which the larger simulcast layers are of use (a camera sends ¼, ½ and all of its size). */
const LAYER_FROM = Object.freeze([0, 260, 520]);

/**
 * @typedef {object} Tile
 * @property {string} producerId
 * @property {string} participant
 * @property {string} name
 * @property {"camera" | "screen"} source
 * @property {boolean} me
 * @property {number} hand its place among raised hands, from 1; 0: it is down
 * @property {MediaStreamTrack} track
 *
 * @typedef {{ figure: HTMLElement, video: HTMLVideoElement, hand: HTMLElement, producerId: string, me: boolean, reported: string }} Shown
 */

/**
 * The best simulcast layer that shows in a tile.
 * @param {number} pixels its width on the screen
 */
export function layerFor(pixels) {
  return LAYER_FROM.filter((from) => pixels >= from).length - 1;
}

export class Tiles {
  #section;
  #texts;
  #onView;
  /** @type {Map<string, Shown>} by producer */
  #shown = new Map();
  #resize;
  #scroll;
  /** @type {Set<Element>} tiles that are scrolled into view */
  #inView = new Set();

  /**
   * @param {HTMLElement | null} section
   * @param {Readonly<Record<string, string>>} texts
   * @param {(producerId: string, view: import("./receiver.js").View) => void} onView how a picture is shown has changed
   */
  constructor(section, texts, onView) {
    this.#section = section;
    this.#texts = texts;
    this.#onView = onView;
    this.#resize = new ResizeObserver(() => this.#look());
    this.#scroll = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#inView[isIntersecting ? "add" : "delete"](target);
      this.#look();
    });
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** @param {readonly Tile[]} tiles in the order to show */
  render(tiles) {
    if (!this.#section) return;
    const ids = new Set(tiles.map(({ producerId }) => producerId));
    for (const [id, shown] of this.#shown) if (!ids.has(id)) this.#remove(id, shown);
    const figures = tiles.map((tile) => this.#figure(tile));
    const { children } = this.#section;
    // Moving a video element in the page stops it for a moment, so only what is new or out of place is moved.
    figures.forEach((figure, index) => {
      if (children[index] !== figure) this.#section?.insertBefore(figure, children[index] ?? null);
    });
    this.#section.hidden = tiles.length === 0;
    this.#section.dataset.count = String(tiles.length);
  }

  /**
   * Marks whose tile it is that speaks.
   * @param {string} participant
   * @param {boolean} speaking
   */
  speaking(participant, speaking) {
    for (const { figure } of this.#shown.values()) {
      if (figure.dataset.participant === participant) figure.classList.toggle("speaking", speaking);
    }
  }

  /** @param {string | null} participant who spoke loudest last */
  dominant(participant) {
    for (const { figure } of this.#shown.values()) {
      figure.toggleAttribute("data-dominant", figure.dataset.participant === participant);
    }
  }

  /** The session is another: the SFU must be told everything again. */
  forget() {
    for (const shown of this.#shown.values()) shown.reported = "";
    this.#look();
  }

  stop() {
    this.#resize.disconnect();
    this.#scroll.disconnect();
    for (const [id, shown] of this.#shown) this.#remove(id, shown);
  }

  /** @param {Tile} tile */
  #figure({ producerId, participant, name, source, me, hand, track }) {
    const shown = this.#shown.get(producerId) ?? this.#add(producerId, me);
    const { figure, video } = shown;
    showMark(shown.hand, source === "screen" ? 0 : hand, fill(this.#texts.handUp ?? "", { place: String(hand) }));
    Object.assign(figure.dataset, { participant, source });
    figure.classList.toggle("me", me);
    const caption = /** @type {HTMLElement} */ (figure.lastElementChild);
    if (caption.textContent !== name) caption.textContent = name;
    const { srcObject } = video;
    if (!(srcObject instanceof MediaStream) || srcObject.getVideoTracks()[0] !== track) {
      video.srcObject = new MediaStream([track]);
      void play(video);
    }
    return figure;
  }

  /**
   * @param {string} producerId
   * @param {boolean} me
   * @returns {Shown}
   */
  #add(producerId, me) {
    const figure = document.createElement("figure");
    figure.className = "tile";
    const video = document.createElement("video");
    Object.assign(video, { autoplay: true, muted: true, playsInline: true });
    const hand = document.createElement("span");
    Object.assign(hand, { className: "hand", role: "img", hidden: true });
    figure.append(video, hand, document.createElement("figcaption"));
    const shown = { figure, video, hand, producerId, me, reported: "" };
    this.#shown.set(producerId, shown);
    this.#resize.observe(video);
    this.#scroll.observe(figure);
    return shown;
  }

  /**
   * @param {string} producerId
   * @param {Shown} shown
   */
  #remove(producerId, { figure, video }) {
    this.#shown.delete(producerId);
    this.#inView.delete(figure);
    this.#resize.unobserve(video);
    this.#scroll.unobserve(figure);
    video.srcObject = null;
    figure.remove();
  }

  /** Says of each picture how it is shown, once for each change. */
  #look() {
    for (const shown of this.#shown.values()) {
      if (shown.me) continue;
      const visible = !document.hidden && this.#inView.has(shown.figure);
      const layer = layerFor(shown.video.clientWidth * window.devicePixelRatio);
      const view = `${visible} ${layer}`;
      if (view === shown.reported) continue;
      shown.reported = view;
      this.#onView(shown.producerId, { visible, layer });
    }
  }
}

/** @param {HTMLVideoElement} video */
async function play(video) {
  try {
    await video.play();
  } catch (error) {
    console.debug("call: a picture does not play yet:", error); // removed again before it began
  }
}
