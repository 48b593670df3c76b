/** `/talk`: two people at one device, which hears both, tells them apart by language, and speaks to each what the other said. */

import { Awake } from "./awake.js";
import { CaptionSource } from "./caption_source.js";
import { parseConfig } from "./config.js";
import { Microphone } from "./microphone.js";
import { Mixer } from "./mixer.js";
import { languageNamer, Notices } from "./notices.js";
import { byId, csrfToken, FINAL, Page } from "./page.js";
import { beginAnewOnReturn, tendReturning } from "./returning.js";
import { Roster } from "./roster.js";
import { Sessions } from "./sessions.js";
import { Signalling } from "./signalling.js";
import { TalkDevices } from "./talk_devices.js";
import { TalkLines } from "./talk_lines.js";
import { isOn, tendSwitches } from "./talk_switches.js";
import { TalkView } from "./talk_view.js";

/** How long after a dub it is not listened yet, ms: rooms echo, and clauses come one by one. */
const TAIL_MS = 600;
const LOOK_EVERY_MS = 50;
/** What was said last with a button in hand is still on its way when the button is let go, ms. */
const LINGER_MS = 1_200;
/** After so long without a word the two have gone, ms. */
const OVER_AFTER_MS = 180_000;

/**
 * @typedef {import("./config.js").CallConfig & {
 *   between: readonly string[], halves: readonly import("./talk_view.js").HalfConfig[], mistakenUrl: string,
 *   overUrl: string, feedUrl: string, after: string }} TalkConfig
 */

class Talk {
  #config;
  #page;
  #roster;
  #mixer;
  #sessions;
  #signalling;
  #view;
  #notices;
  #lines = new TalkLines();
  #microphone = new Microphone(() => this.#onMicrophone());
  #devices;
  #awake = new Awake();
  /** @type {CaptionSource[]} */
  #feeds;
  #timer = 0;
  /** @type {import("./connection.js").Connection | null} */
  #connection = null;
  #status = "connecting";
  #over = false;
  #ended = new AbortController();
  #paused = false;
  /** Whose button is held; "" for nobody's. */
  #speaker = "";
  /** Whether everybody has heard of it, so that what is said now is taken for that language. */
  #told = true;
  #lingering = 0;
  #presses = 0;
  /** The last line that was put right in this talk. @type {{ segment: string, language: string } | null} */
  #mistaken = null;
  /** The line that is being taken back. */
  #righting = "";
  #lastWord = performance.now();
  #languageName = languageNamer(document.documentElement.lang);
  /** What a press does about a microphone that is missing. @type {Readonly<Record<string, import("./page.js").Offer>>} */
  #offers;

  /**
   * @param {TalkConfig} config
   * @param {Page} page
   */
  constructor(config, page) {
    this.#config = config;
    this.#page = page;
    const again = { text: "micAgain", take: () => void this.#microphone.ask() };
    this.#offers = { micDenied: again, micNone: again };
    this.#roster = new Roster(config.participant, config);
    this.#notices = config.between.map((language) => new Notices({ ...config, read: language, hear: language }));
    this.#mixer = new Mixer(byId("audio"), () => this.#showSound());
    this.#devices = new TalkDevices(this.#microphone, (id) => this.#mixer.setOutput(id));
    this.#view = new TalkView(config.halves, {
      onPress: (language) => void this.#press(language),
      onRelease: () => this.#release(),
      onWrong: (line, language) => void this.#putRight(line.segment, language),
    });
    this.#sessions = new Sessions(
      { roster: this.#roster, mixer: this.#mixer, own: { sendOn: (session) => this.#microphone.sendOn(session) } },
      { onChange: () => this.#look(), onFlow: (flowing) => this.#onStatus(flowing ? "connected" : this.#signalling.lost) },
    );
    this.#signalling = new Signalling(config.tokenUrl, csrfToken(), {
      onHello: (connection, hello, ice) => void this.#join(connection, hello, ice),
      onEvent: (event, data) => this.#take(event, data),
      onStatus: (status) => this.#onStatus(status),
    });
    this.#feeds = config.between.map((language) => {
      const feed = new CaptionSource(`${config.feedUrl}&lang=${language}`, config.after);
      feed.addEventListener("caption", ({ data }) => this.#read(JSON.parse(data)));
      feed.addEventListener("sfu", ({ data }) => this.#signalling.move(data));
      return feed;
    });
  }

  start() {
    this.#page.listen({}, () => void this.#mixer.resume());
    tendReturning(() => this.#comeBack(), this.#ended.signal);
    void this.#mixer.resume();
    window.setTimeout(() => this.#showSound(), 400);
    tendSwitches(() => this.#look());
    byId("pause")?.addEventListener("click", () => this.#pause());
    byId("over")?.addEventListener("click", () => void this.#end());
    this.#timer = window.setInterval(() => this.#tick(), LOOK_EVERY_MS);
    void this.#signalling.run();
    this.#awake.start();
    this.#look();
  }

  stop() {
    this.#over = true;
    this.#ended.abort();
    window.clearInterval(this.#timer);
    window.clearTimeout(this.#lingering);
    this.#awake.stop();
    this.#signalling.stop();
    this.#sessions.stop();
    this.#devices.stop();
    this.#microphone.leave();
    this.#feeds.forEach((feed) => feed.close());
    void this.#mixer.close();
  }

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./protocol.js").Hello} hello
   * @param {import("./transports.js").Ice} ice
   */
  async #join(connection, hello, ice) {
    this.#connection = connection;
    this.#roster.reset(hello);
    this.#notices.forEach((notices) => notices.reset(hello.notices));
    void this.#microphone.ask();
    try {
      await this.#sessions.join(connection, hello, ice);
      this.#onStatus("connected");
    } catch (error) {
      if (this.#over) return;
      console.error("talk: the media could not be set up:", error);
      if (error instanceof Error && error.name === "UnsupportedError") return this.#onStatus("browserTooOld");
      this.#signalling.forget();
      connection.close();
    }
    this.#look();
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "notice") this.#notices.forEach((notices) => notices.take(data));
    else if (event === "idle" && data.reason && !document.hidden) void this.#stay(); // a counter waits all day
    else if (!this.#roster.take(event, data)) return;
    this.#mixer.update(this.#roster.producers);
    this.#sessions.current?.receiver.sync(this.#roster.wanted());
    this.#look();
  }

  async #stay() {
    try {
      await this.#connection?.request("stay");
    } catch (error) {
      console.warn("talk: could not say that it is to go on:", error);
    }
  }

  /** @param {import("./talk_lines.js").Caption} caption */
  #read(caption) {
    this.#lastWord = performance.now();
    if (this.#lines.take(caption)) this.#view.show(this.#lines.all);
  }

  /**
   * Somebody holds their button: what is said from now on is in their language.
   * @param {string} language
   */
  async #press(language) {
    window.clearTimeout(this.#lingering);
    this.#lingering = 0;
    const mine = ++this.#presses;
    if (this.#speaker !== language || !this.#told) await this.#announce(language, mine);
    this.#look();
  }

  #release() {
    const mine = ++this.#presses;
    window.clearTimeout(this.#lingering);
    this.#lingering = window.setTimeout(() => {
      this.#lingering = 0;
      void this.#announce("", mine);
    }, LINGER_MS);
    this.#look();
  }

  /**
   * @param {string} language
   * @param {number} mine of the presses
   */
  async #announce(language, mine) {
    this.#speaker = language;
    this.#told = false;
    this.#look();
    await this.#renew();
    if (mine !== this.#presses) return;
    this.#told = true;
    this.#look();
  }

  /** Has the bridge know who speaks, and what was put right. */
  async #renew() {
    const said = new URLSearchParams({ speak: this.#speaker, ...this.#mistaken });
    this.#signalling.tokenUrl = `${this.#config.tokenUrl}?${said}`;
    await this.#signalling.renew();
  }

  /**
   * A line was in the other language: it goes, and comes again as that.
   * @param {string} segment
   * @param {string} language
   */
  async #putRight(segment, language) {
    if (this.#righting === segment) return;
    this.#righting = segment;
    const response = await this.#post(this.#config.mistakenUrl, new URLSearchParams({ segment }));
    this.#righting = "";
    if (!response?.ok) return this.#view.tell("stale");
    this.#lines.withdraw(segment);
    this.#view.show(this.#lines.all);
    this.#mistaken = { segment, language };
    await this.#renew();
  }

  /** The two have gone: the next ones find an empty page, which knows nothing of them. */
  async #end() {
    this.#lastWord = performance.now();
    this.#lines.clear();
    this.#mistaken = null;
    this.#view.show([]);
    await this.#post(this.#config.overUrl);
    await this.#renew();
  }

  /**
   * @param {string} url
   * @param {URLSearchParams} [body]
   */
  async #post(url, body) {
    try {
      return await fetch(url, { method: "POST", headers: { "x-csrftoken": csrfToken() }, body: body ?? null });
    } catch (error) {
      console.warn("talk: the server does not answer:", error);
      return null;
    }
  }

  /** The screen was locked, or something else in front: whatever that has stopped goes on. */
  #comeBack() {
    this.#mixer.goOn();
    this.#signalling.look();
    void this.#microphone.comeBack();
  }

  #showSound() {
    this.#page.sound(!this.#mixer.running, this.#mixer.interrupted);
  }

  #pause() {
    this.#paused = !this.#paused;
    byId("pause")?.setAttribute("aria-pressed", String(this.#paused));
    this.#look();
  }

  #tick() {
    this.#look();
    if (this.#mixer.sinceDub < TAIL_MS) this.#lastWord = performance.now();
    if (!this.#lines.empty && performance.now() - this.#lastWord > OVER_AFTER_MS) void this.#end();
  }

  #onMicrophone() {
    this.#devices.name();
    this.#look();
  }

  /**
   * What the light of a half says.
   * @param {string} language
   * @returns {import("./talk_view.js").Light}
   */
  #light(language) {
    const { state } = this.#microphone;
    if (FINAL.includes(this.#status)) return "off";
    if (this.#status !== "connected" || state === "asking") return "waiting";
    if (!this.#microphone.track || this.#paused || state === "silenced") return "off";
    if (this.#mixer.sinceDub < TAIL_MS && !isOn("headphones")) return "speaking";
    if (this.#lingering || !this.#told) return "waiting";
    if (this.#speaker) return this.#speaker === language ? "listening" : "held";
    return isOn("buttons") ? "off" : "listening";
  }

  /** Brings lights and microphone in line with each other: it gives no sound but where a light says so. */
  #look() {
    if (this.#over) return;
    this.#view.light((language) => this.#light(language));
    this.#view.held(this.#lingering ? "" : this.#speaker);
    const { track } = this.#microphone;
    const open = this.#config.between.some((language) => this.#light(language) === "listening");
    if (track && track.enabled !== open) track.enabled = open;
    document.body.dataset.microphone = track?.enabled ? "open" : "closed";
    const here = { bridge: this.#roster.bridge, participants: new Map([[this.#config.participant, true]]) };
    const worst = this.#notices.map((notices) => notices.worst(here)).find(Boolean) ?? null;
    const text = worst && { reason: worst.reason, text: this.#notices[0]?.sentence(worst, this.#languageName) ?? "" };
    this.#page.notices(text, { mic: this.#microphone.state, camera: "off", screen: "off" }, this.#offers);
  }

  /** @param {string} status a key of the texts */
  #onStatus(status) {
    if (this.#over) return;
    this.#status = status;
    this.#look();
    if (FINAL.includes(status)) this.stop();
    this.#page.status(status);
    if (status === "idleEnded") beginAnewOnReturn();
  }
}

function main() {
  const text = byId("call-config")?.textContent;
  if (!text) return;
  const config = /** @type {TalkConfig} */ (parseConfig(text));
  const page = new Page(config.texts);
  if (!("RTCPeerConnection" in window) || !("AudioContext" in window)) {
    page.status("browserTooOld");
    return;
  }
  const talk = new Talk(config, page);
  talk.start();
  window.addEventListener("pagehide", () => talk.stop());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) window.location.reload();
  });
}

main();
