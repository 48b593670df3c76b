/** The call page: puts the parts together. */

import { rowsOf, tilesOf } from "./call_view.js";
import { tendPageCaptions } from "./captions.js";
import { sayOthers, tendChoices } from "./choices.js";
import { parseConfig } from "./config.js";
import { chosen } from "./devices.js";
import { MediaSession } from "./media.js";
import { Mixer } from "./mixer.js";
import { languageNamer, Notices } from "./notices.js";
import { Own } from "./own.js";
import { byId, csrfToken, Page } from "./page.js";
import { Presence } from "./presence.js";
import { watchQuality } from "./quality.js";
import { Roster } from "./roster.js";
import { Signalling } from "./signalling.js";
import { Tiles } from "./tiles.js";

/** The sound counts as held back when it has not come on by then: starting takes a moment on its own. */
const SOUND_GRACE_MS = 400;
/** After these the call is over for this page. */
const FINAL = ["replaced", "roomClosed", "notAllowed", "browserTooOld"];

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./protocol.js").Hello} Hello
 * @typedef {import("./transports.js").Ice} Ice
 */

class Call {
  #config;
  #page;
  #roster;
  #notices;
  #mixer;
  #own;
  #tiles;
  #presence;
  #signalling;
  #stopQuality;
  #languageName = languageNamer(document.documentElement.lang);
  /** @type {MediaSession | null} */
  #session = null;
  /** @type {Map<string, MediaStreamTrack>} the others' pictures, by producer */
  #pictures = new Map();
  /** @type {{ track: MediaStreamTrack, loudness: () => number, stop: () => void } | null} */
  #ownMeter = null;

  /**
   * @param {import("./config.js").CallConfig} config
   * @param {Page} page
   */
  constructor(config, page) {
    this.#config = config;
    this.#page = page;
    this.#roster = new Roster(config.participant, config.hear);
    this.#notices = new Notices(config);
    this.#mixer = new Mixer(byId("audio"), () => this.#showSound());
    this.#own = new Own(config, page, () => this.#show(), (id) => void this.#mixer.setOutput(id));
    this.#tiles = new Tiles(byId("tiles"), (id, view) => void this.#session?.receiver.show(id, view));
    this.#presence = new Presence(
      byId("participants"),
      config.texts,
      this.#languageName,
      (id) => (id === config.participant ? (this.#ownMeter?.loudness() ?? 0) : this.#mixer.loudness(id)),
      (id, speaking) => this.#tiles.speaking(id, speaking),
    );
    this.#stopQuality = watchQuality(
      async () => (await this.#session?.stats()) ?? [],
      (quality, network) => page.network(quality, network),
    );
    this.#signalling = new Signalling(config.tokenUrl, csrfToken(), {
      onHello: (connection, hello, ice) => void this.#join(connection, hello, ice),
      onEvent: (event, data) => this.#take(event, data),
      onStatus: (status) => this.#onStatus(status),
    });
    tendChoices({
      onVolume: (under) => this.#mixer.setUnder(under),
      onChoices: (choices) => this.#choose(choices),
    });
  }

  start() {
    const { microphone, camera, screen } = this.#own;
    this.#page.listen(
      { mic: () => microphone.toggle(), camera: () => camera.toggle(), screen: () => screen.toggle() },
      () => void this.#mixer.resume(),
    );
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.#mixer.resume();
    });
    void this.#mixer.resume();
    if (chosen("speaker")) void this.#mixer.setOutput(chosen("speaker"));
    window.setTimeout(() => this.#showSound(), SOUND_GRACE_MS);
    void this.#signalling.run();
    this.#own.start();
    this.#show();
  }

  stop() {
    this.#signalling.stop();
    this.#stopQuality();
    this.#session?.close();
    this.#presence.stop();
    this.#own.stop();
    this.#tiles.stop();
    void this.#mixer.close();
  }

  /**
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #join(connection, hello, ice) {
    this.#roster.reset(hello);
    this.#notices.reset(hello.notices);
    try {
      if (hello.resumed && this.#session) await this.#goOn(this.#session, connection, hello, ice);
      else await this.#begin(connection, hello, ice);
      this.#page.status("connected");
    } catch (error) {
      console.error("call: the media could not be set up:", error);
      if (error instanceof Error && error.name === "UnsupportedError") return this.#onStatus("browserTooOld");
      this.#signalling.forget();
      connection.close();
    }
    this.#show();
  }

  /**
   * The socket was lost and is back, and the media has gone on meanwhile.
   * @param {MediaSession} session
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #goOn(session, connection, hello, ice) {
    await session.resume(connection, hello, ice);
    this.#own.sendOn(session);
    this.#mixer.update(this.#roster.producers);
    session.receiver.sync(this.#roster.wanted());
    this.#tiles.forget();
  }

  /**
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #begin(connection, hello, ice) {
    const before = this.#session;
    const session = this.#newSession(connection, ice);
    this.#session = session;
    this.#mixer.retire();
    this.#show();
    try {
      await session.start(hello.routerRtpCapabilities);
      this.#page.status("connected");
      this.#own.sendOn(session);
      session.receiver.sync(this.#roster.wanted());
      // What the connection before still plays is heard until its successor runs.
      await session.receiver.settled();
      if (this.#session === session) this.#mixer.sweep();
    } finally {
      before?.close();
    }
  }

  /**
   * @param {Connection} connection
   * @param {Ice} ice
   */
  #newSession(connection, ice) {
    /** @type {MediaSession} */
    const session = new MediaSession(connection, ice, {
      onTrack: (producer, track) => {
        if (producer.kind === "audio") this.#mixer.attach(producer, track);
        else this.#pictures.set(producer.producerId, track);
        this.#show();
      },
      onTrackGone: (producerId) => {
        this.#mixer.detach(producerId);
        this.#pictures.delete(producerId);
        this.#show();
      },
      onFlow: (flowing) => {
        if (this.#session === session) this.#page.status(flowing ? "connected" : this.#signalling.lost);
      },
    });
    return session;
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "notice") this.#notices.take(data);
    else if (!this.#roster.take(event, data)) return;
    this.#sync();
  }

  #sync() {
    this.#mixer.update(this.#roster.producers);
    this.#session?.receiver.sync(this.#roster.wanted());
    this.#show();
  }

  /** @param {import("./choices.js").Choices} choices which the web server has written down */
  #choose(choices) {
    Object.assign(this.#config, choices);
    this.#roster.hear = choices.hear;
    this.#sync();
    this.#signalling.renew().catch((error) => console.warn("call: the next connection tells of the new choices:", error));
  }

  #show() {
    const { states, camera } = this.#own;
    this.#measureOwn();
    this.#presence.render(rowsOf(this.#config, this.#roster, this.#mixer, states.mic !== "on"));
    this.#tiles.render(tilesOf(this.#config, this.#roster, this.#pictures, camera.track));
    this.#tiles.dominant(this.#roster.dominant);
    sayOthers([...this.#roster.participants.values()].map(({ meta }) => meta.speak));
    const worst = this.#notices.worst(this.#roster);
    const text = worst && { reason: worst.reason, text: this.#notices.sentence(worst, this.#languageName) };
    this.#page.notices(text, states);
    this.#own.show();
  }

  /** Follows one's own microphone, which can be another device after it was unplugged. */
  #measureOwn() {
    const { track } = this.#own.microphone;
    if (this.#ownMeter?.track === (track ?? undefined)) return;
    this.#ownMeter?.stop();
    this.#ownMeter = track && { track, ...this.#mixer.measure(track) };
    if (track) void this.#mixer.resume(); // browsers let a page that records also play
  }

  #showSound() {
    this.#page.sound(!this.#mixer.running);
  }

  /** @param {string} status a key of the texts */
  #onStatus(status) {
    if (FINAL.includes(status)) this.stop();
    this.#page.status(status);
  }
}

function main() {
  const text = byId("call-config")?.textContent;
  const config = text ? parseConfig(text) : null;
  tendPageCaptions(config?.texts.newest ?? "");
  if (!config) return; // a page that only shows captions
  const page = new Page(config.texts);
  if (!("RTCPeerConnection" in window) || !("AudioContext" in window)) {
    page.status("browserTooOld");
    return;
  }
  const call = new Call(config, page);
  call.start();
  window.addEventListener("pagehide", () => call.stop());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) window.location.reload(); // back from the browser's page cache, where the call has ended
  });
}

main();
