/** The call page: puts the parts together. */

import { tendCaptions } from "./captions.js";
import { parseConfig } from "./config.js";
import { MediaSession } from "./media.js";
import { Microphone } from "./microphone.js";
import { Mixer } from "./mixer.js";
import { languageNamer, Notices } from "./notices.js";
import { byId, csrfToken, Page } from "./page.js";
import { Presence } from "./presence.js";
import { Roster } from "./roster.js";
import { Signalling } from "./signalling.js";

/** The sound counts as held back when it has not come on by then: starting takes a moment on its own. */
const SOUND_GRACE_MS = 400;
/** After these the call is over for this page. */
const FINAL = ["replaced", "roomClosed", "notAllowed", "browserTooOld"];

class Call {
  #config;
  #page;
  #roster;
  #notices;
  #mixer;
  #microphone;
  #presence;
  #signalling;
  #languageName = languageNamer(document.documentElement.lang);
  /** @type {MediaSession | null} */
  #session = null;
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
    this.#microphone = new Microphone(() => this.#show());
    this.#presence = new Presence(byId("participants"), config.texts, this.#languageName, (id) =>
      id === config.participant ? (this.#ownMeter?.loudness() ?? 0) : this.#mixer.loudness(id),
    );
    this.#signalling = new Signalling(config.tokenUrl, csrfToken(), {
      onHello: (connection, hello) => void this.#join(connection, hello),
      onEvent: (event, data) => this.#take(event, data),
      onStatus: (status) => this.#onStatus(status),
    });
  }

  start() {
    this.#page.listen(
      () => this.#microphone.toggle(),
      () => void this.#mixer.resume(),
    );
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.#mixer.resume();
    });
    void this.#mixer.resume();
    window.setTimeout(() => this.#showSound(), SOUND_GRACE_MS);
    void this.#signalling.run();
    if (!this.#config.reader && !this.#config.demo) void this.#microphone.ask();
    this.#show();
  }

  stop() {
    this.#signalling.stop();
    this.#session?.close();
    this.#presence.stop();
    this.#microphone.stop();
    void this.#mixer.close();
  }

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./protocol.js").Hello} hello
   */
  async #join(connection, hello) {
    const before = this.#session;
    const session = new MediaSession(connection, {
      onTrack: (producer, track) => {
        this.#mixer.attach(producer, track);
        this.#show();
      },
      onTrackGone: (producerId) => this.#mixer.detach(producerId),
      onFlow: (flowing) => {
        if (connection.open) this.#page.status(flowing ? "connected" : "reconnecting");
      },
    });
    this.#session = session;
    this.#roster.reset(hello);
    this.#notices.reset(hello.notices);
    this.#mixer.retire();
    this.#show();
    try {
      await session.start(hello.routerRtpCapabilities);
      this.#page.status("connected");
      this.#microphone.sendOn(session);
      session.sync(this.#roster.wanted());
      // What the connection before still plays is heard until its successor runs.
      await session.settled();
      if (this.#session === session) this.#mixer.sweep();
    } catch (error) {
      console.error("call: the media could not be set up:", error);
      if (error instanceof Error && error.name === "UnsupportedError") this.#onStatus("browserTooOld");
      else connection.close();
    } finally {
      before?.close();
    }
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "notice") this.#notices.take(data);
    else if (!this.#roster.take(event, data)) return;
    this.#mixer.update(this.#roster.producers);
    this.#session?.sync(this.#roster.wanted());
    this.#show();
  }

  #show() {
    const { participant, name, speak } = this.#config;
    this.#measureOwn();
    this.#presence.render([
      { id: participant, name, language: speak, me: true, dubbed: false, muted: this.#microphone.state !== "on" },
      ...[...this.#roster.participants.values()].map(({ id, meta }) => ({
        id,
        name: meta.name,
        language: meta.speak,
        me: false,
        dubbed: this.#mixer.dubbed(id),
        muted: ![...this.#roster.producers.values()].some(
          (producer) => producer.participant === id && producer.track === "original" && !producer.paused,
        ),
      })),
    ]);
    const worst = this.#notices.worst(this.#roster);
    const text = worst && { reason: worst.reason, text: this.#notices.sentence(worst, this.#languageName) };
    this.#page.notices(text, this.#microphone.state);
    this.#page.microphone(this.#microphone.state);
  }

  /** Follows one's own microphone, which can be another device after it was unplugged. */
  #measureOwn() {
    const { track } = this.#microphone;
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
  const captions = byId("captions");
  const htmx = /** @type {{ htmx?: { createEventSource?: (url: string) => unknown } }} */ (globalThis).htmx;
  if (captions && htmx) tendCaptions(captions, htmx, byId("lag"), config?.texts.newest ?? "");
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
