/** The call page: puts the parts together. */

import { Awake, tendAwake } from "./awake.js";
import { rowsOf, spokenBy, tilesOf } from "./call_view.js";
import { tendPageCaptions } from "./captions.js";
import { chooseDrafts, sayOthers, tendChoices } from "./choices.js";
import { parseConfig } from "./config.js";
import { RequestError } from "./connection.js";
import { Hands } from "./hands.js";
import { Hosting } from "./hosting.js";
import { Keeping } from "./keeping.js";
import { Interpreting } from "./interpreting.js";
import { StillListening } from "./listening.js";
import { Mixer } from "./mixer.js";
import { languageNamer, Notices } from "./notices.js";
import { Own } from "./own.js";
import { OwnMeter } from "./own_meter.js";
import { byId, csrfToken, FINAL, Page } from "./page.js";
import { Presence } from "./presence.js";
import { watchQuality } from "./quality.js";
import { tendReturning } from "./returning.js";
import { Roster } from "./roster.js";
import { Sessions } from "./sessions.js";
import { Signalling } from "./signalling.js";
import { callControls, wantedOn } from "./system_controls.js";
import { Tiles } from "./tiles.js";
import { Turns } from "./turns.js";
import { Typing } from "./typing.js";

/** The sound counts as held back when it has not come on by then: starting takes a moment on its own. */
const SOUND_GRACE_MS = 400;
/** What is offered beside a reason: a key of the texts, and what it does. */
const OFFERS = {
  draft_only: { text: "speakDrafts", take: () => chooseDrafts(true) },
  draft_spoken: { text: "readDrafts", take: () => chooseDrafts(false) },
};

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
  #hosting;
  #hands;
  #keeping;
  #interpreting;
  #turns;
  #listening;
  #typing;
  #mixer;
  #own;
  #tiles;
  #presence;
  #sessions;
  #signalling;
  #stopQuality;
  #awake = new Awake();
  #controls = callControls();
  /** What this page does not do any more once it has left. */
  #over = new AbortController();
  #languageName = languageNamer(document.documentElement.lang);
  #ownMeter;
  /** Why the call is about to end. @type {import("./protocol.js").Idle["reason"]} */
  #idle = null;
  /** @type {Connection | null} */
  #connection = null;
  #offers = { ...OFFERS, idle_silent: { text: "stay", take: () => this.#stay() }, idle_alone: { text: "stay", take: () => this.#stay() } };
  /** Whether this page has left the call; what was on its way then changes nothing any more. */
  #left = false;

  /**
   * @param {import("./config.js").CallConfig} config
   * @param {Page} page
   */
  constructor(config, page) {
    this.#config = config;
    this.#page = page;
    this.#roster = new Roster(config.participant, config);
    this.#notices = new Notices(config);
    this.#hosting = new Hosting(config.texts, (text) => page.tell(text));
    this.#hands = new Hands(this.#roster, config, (text) => page.tell(text), (method, data) => void this.#ask(method, data));
    this.#keeping = new Keeping(config.texts, (text) => page.tell(text));
    this.#interpreting = new Interpreting(this.#roster, config, this.#languageName, {
      ask: (method, data) => this.#ask(method, data),
      voice: (open) => this.#own.interpret(open),
      tell: (text) => page.tell(text),
    });
    this.#turns = new Turns(this.#roster, config, {
      ask: (method, data) => void this.#ask(method, data),
      voice: (waits, open) => this.#own.takeTurn(waits, open),
      tell: (text) => page.tell(text),
    });
    this.#typing = new Typing(config.texts, (line) => this.#type(line));
    this.#mixer = new Mixer(byId("audio"), () => this.#showSound(), (id) => this.#roster.participants.get(id)?.meta.among ?? []);
    this.#ownMeter = new OwnMeter(this.#mixer);
    this.#listening = new StillListening(config.texts, (id) => this.#roster.name(id), () => this.#mixer.chime());
    this.#own = new Own(config, page, () => this.#show(), (id) => this.#mixer.setOutput(id));
    this.#tiles = new Tiles(byId("tiles"), config.texts, (id, view) => void this.#sessions.current?.receiver.show(id, view));
    this.#presence = new Presence(
      byId("participants"),
      config.texts,
      this.#languageName,
      (id) => (id === config.participant ? this.#ownMeter.loudness : this.#mixer.loudness(id)),
      (id, speaking) => this.#tiles.speaking(id, speaking),
      (id) => this.#hands.lower(id),
    );
    this.#stopQuality = watchQuality(
      async () => (await this.#sessions.current?.stats()) ?? [],
      (quality, network) => page.network(quality, network),
    );
    this.#sessions = new Sessions(
      { roster: this.#roster, mixer: this.#mixer, own: this.#own },
      { onChange: () => this.#show(), onFlow: (flowing) => this.#onStatus(flowing ? "connected" : this.#signalling.lost) },
    );
    this.#signalling = new Signalling(config.tokenUrl, csrfToken(), {
      onHello: (connection, hello, ice) => void this.#join(connection, hello, ice),
      onEvent: (event, data) => this.#take(event, data),
      onStatus: (status) => {
        this.#interpreting.away();
        this.#onStatus(status);
      },
    });
    tendChoices(config.texts, {
      onVolume: (under) => this.#mixer.setUnder(under),
      onChoices: (choices) => this.#choose(choices),
    });
  }

  start() {
    const own = this.#own;
    this.#page.listen(
      { mic: () => own.toggle("microphone"), camera: () => own.toggle("camera"), screen: () => own.toggle("screen") },
      () => void this.#mixer.resume(),
    );
    tendReturning(() => this.#comeBack(), this.#over.signal);
    tendAwake(this.#awake, byId("keep-screen"));
    byId("leave")?.addEventListener("click", () => this.#interpreting.leave());
    void this.#mixer.resume();
    window.setTimeout(() => this.#showSound(), SOUND_GRACE_MS);
    void this.#signalling.run();
    this.#awake.start();
    this.#show();
  }

  stop() {
    this.#interpreting.away();
    this.#left = true;
    this.#over.abort();
    this.#awake.stop();
    this.#controls.stop();
    this.#signalling.stop();
    this.#stopQuality();
    this.#sessions.stop();
    this.#presence.stop();
    this.#own.leave();
    this.#typing.hold([]);
    this.#listening.stop();
    this.#tiles.stop();
    void this.#mixer.close();
  }

  /** @param {string} url of the SFU that has the room's call now */
  move(url) {
    if (!this.#left) this.#signalling.move(url);
  }

  /**
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #join(connection, hello, ice) {
    this.#connection = connection;
    this.#idle = hello.idle?.reason ?? null;
    this.#roster.reset(hello);
    this.#notices.reset(hello.notices);
    this.#listening.forget();
    this.#keeping.reset(hello);
    this.#hold(hello.rights);
    this.#turns.show(); // a microphone that is about to be opened may have to wait
    void this.#interpreting.enter();
    this.#own.enter();
    try {
      await this.#sessions.join(connection, hello, ice);
      this.#tiles.forget();
      this.#onStatus("connected");
    } catch (error) {
      if (this.#left) return;
      console.error("call: the media could not be set up:", error);
      if (error instanceof Error && error.name === "UnsupportedError") return this.#onStatus("browserTooOld");
      this.#signalling.forget();
      connection.close();
    }
    this.#show();
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "participantUpdated") this.#hosting.see(this.#roster.participants.get(data.id), data);
    this.#keeping.take(event, data);
    if (event === "notice") this.#notices.take(data);
    else if (event === "idle") this.#idle = data.reason;
    else if (event === "rights") return this.#judge(data.rights);
    else if (event === "listening") return this.#listening.take(data);
    else if (event === "muted") return this.#mute(data.producerId !== null);
    else if (!this.#roster.take(event, data)) return;
    this.#hands.take(event, data);
    this.#sync();
  }

  /** @param {readonly import("./protocol.js").Right[]} rights one's own, from now on */
  #hold(rights) {
    this.#roster.host = rights.includes("moderate");
    this.#own.hold(rights);
    this.#hosting.hold(rights);
    this.#typing.hold(rights);
    this.#interpreting.hold(rights);
    this.#turns.hold(rights);
  }

  /** @param {readonly import("./protocol.js").Right[]} rights as a host has changed them */
  #judge(rights) {
    this.#hold(rights);
    this.#show();
    void this.#signalling.renew(); // so that what we come back with says the same
  }

  /** @param {boolean} heard whether our voice was heard until now: it may be on its way, or its device about to open */
  #mute(heard) {
    const voice = heard || ["on", "asking"].includes(this.#own.states.mic);
    const typed = this.#typing.silence();
    const { mutedByHost = "", typedSilenced = "" } = this.#config.texts;
    if (voice) this.#own.silence();
    if (voice || typed) this.#page.tell([voice && mutedByHost, typed && typedSilenced].filter(Boolean).join(" "));
  }

  /**
   * @param {import("./typing.js").Line} line
   * @throws {RequestError} it was not taken
   */
  async #type(line) {
    if (!this.#connection?.open) throw new RequestError("type", { code: "closed", message: "there is no connection" });
    await this.#connection.request("type", line);
  }

  #sync() {
    this.#mixer.update(this.#roster.producers);
    this.#sessions.current?.receiver.sync(this.#roster.wanted());
    this.#show();
  }

  /** @param {import("./choices.js").Choices} choices which the web server has written down */
  #choose(choices) {
    Object.assign(this.#config, choices);
    this.#sync();
    void this.#signalling.renew();
  }

  #show() {
    if (this.#left) return;
    const { states, camera } = this.#own;
    const isSilent = (/** @type {string} */ pair) => this.#notices.silent(pair);
    this.#ownMeter.follow(this.#own.microphone.track);
    this.#mixer.interpreted(this.#roster.voices(isSilent));
    this.#presence.render(rowsOf(this.#config, this.#roster, this.#mixer, this.#own.microphone), this.#roster.host);
    this.#tiles.render(tilesOf(this.#config, this.#roster, this.#sessions.pictures, camera.track));
    this.#tiles.dominant(this.#roster.dominant);
    sayOthers([...this.#roster.participants.values()].flatMap(({ meta }) => spokenBy(meta)));
    const worst = this.#idle ? { reason: `idle_${this.#idle}` } : this.#notices.worst(this.#roster);
    const text = worst && { reason: worst.reason, text: this.#notices.sentence(worst, this.#languageName) };
    this.#page.notices(text, states, this.#offers);
    this.#turns.show();
    this.#own.show();
    this.#hands.show();
    this.#interpreting.show(isSilent);
    this.#controls.show({
      microphone: this.#own.may("microphone") ? wantedOn(states.mic) : null,
      camera: this.#own.may("camera") ? wantedOn(states.camera) : null,
    });
  }

  /** The screen was locked, or something else in front: whatever that has stopped goes on. */
  #comeBack() {
    this.#mixer.goOn();
    this.#signalling.look();
    void this.#own.microphone.comeBack();
  }

  /** Keeps a call that is about to end because nobody seems to need it. */
  #stay() {
    this.#idle = null;
    this.#show();
    this.#connection?.request("stay").catch((error) => console.warn("call: could not say that it is to go on:", error));
  }

  /**
   * Asks the SFU for something that everybody is told of when it is done.
   * @param {string} method
   * @param {object} data
   * @returns {Promise<boolean>} whether it has done so
   */
  async #ask(method, data) {
    try {
      if (!this.#connection) throw new Error("there is no connection yet");
      await this.#connection.request(method, data);
      return true;
    } catch (error) {
      console.warn(`call: ${method}:`, error);
      this.#page.tell(this.#config.texts.notDone ?? "");
      return false;
    }
  }

  #showSound() {
    this.#page.sound(!this.#mixer.running, this.#mixer.interrupted);
  }

  /** @param {string} status a key of the texts */
  #onStatus(status) {
    if (this.#left) return;
    if (FINAL.includes(status)) {
      this.#interpreting.leave();
      this.stop();
    }
    if (status === "roomFull") this.#own.wait();
    this.#page.status(status);
  }
}

function main() {
  const text = byId("call-config")?.textContent;
  const config = text ? parseConfig(text) : null;
  /** @type {Call | null} */
  let call = null;
  tendPageCaptions(config?.texts.newest ?? "", (url) => call?.move(url));
  if (!config) return; // a page that only shows captions
  const page = new Page(config.texts);
  if (!("RTCPeerConnection" in window) || !("AudioContext" in window)) {
    page.status("browserTooOld");
    return;
  }
  const held = new Call(config, page);
  call = held;
  held.start();
  window.addEventListener("pagehide", () => held.stop());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) window.location.reload(); // back from the browser's page cache, where the call has ended
  });
}

main();
