/** Who is in the room and which tracks there are, as the SFU tells it. No DOM, no media. */

import { dubLabel } from "./config.js";
import { languagesOf } from "./interpreting.js";

/**
 * @typedef {import("./config.js").Heard} Listener what is heard here
 * @typedef {import("./protocol.js").Participant} Participant
 * @typedef {import("./protocol.js").Producer} Producer
 * @typedef {"on" | "muted" | "none"} Voice "none": no microphone at all, as with readers
 */

/**
 * Whether this page should receive a track: every other person's pictures and original voice, and of the dubbed voices
 * those in the language heard here, of people who do not speak it themselves, or who have what they type read aloud.
 * @param {Producer} producer
 * @param {string} me
 * @param {Listener} listener
 * @param {string | undefined} speak what the speaker speaks, where known
 */
export function wantsTrack(producer, me, listener, speak) {
  if (producer.participant === me) return producer.track === "dubbed" && isBetween(producer, listener);
  if (producer.track === "original") return true;
  const { hear } = listener;
  if (producer.label === `${speak}:typed`) return hear === speak || hear === "original";
  return hear !== "original" && producer.label === dubLabel(listener) && speak !== hear;
}

/**
 * Whether a dub of oneself is for one of those who share this device.
 * @param {Producer} producer
 * @param {Listener} listener
 */
function isBetween({ label }, { between = [], hearDrafts }) {
  return between.some((hear) => label === dubLabel({ hear, hearDrafts, wholeSentences: false }));
}

/** @type {readonly import("./protocol.js").Quality[]} */
const WORST_FIRST = ["poor", "fair", "good"];

export class Roster {
  /** @type {Map<string, Participant>} the others, by id, in the order in which they came */
  participants = new Map();
  /** @type {Map<string, Producer>} by producer id */
  producers = new Map();
  /** @type {string[]} whose hands are up, in the order raised */
  hands = [];
  /** @type {Map<string, string>} who interprets in the machine's place, by pair of languages */
  interpreters = new Map();
  /** @type {import("./protocol.js").Turn | null} whose turn it is; null: everybody speaks when they like */
  turn = null;
  /** Whether an interpreter is connected to the room; `null` before the first hello. */
  /** @type {"up" | "down" | null} */
  bridge = null;
  /** @type {string | null} who spoke loudest last */
  dominant = null;
  /** Whether one is host oneself. */
  host = false;
  #me;
  #listener;

  /**
   * @param {string} me
   * @param {Readonly<Listener>} listener what holds at any time
   */
  constructor(me, listener) {
    this.#me = me;
    this.#listener = listener;
  }

  /** @param {import("./protocol.js").Hello} hello */
  reset(hello) {
    this.participants = new Map(hello.participants.map((person) => [person.id, person]));
    this.producers = new Map(hello.producers.map((producer) => [producer.producerId, { ...producer }]));
    this.bridge = hello.bridge;
    this.hands = [...(hello.hands ?? [])];
    this.turn = hello.turn ?? null;
    this.interpreters = new Map((hello.interpreting ?? []).map(({ pair, participant }) => [pair, participant]));
  }

  /**
   * Takes in an event of the SFU.
   * @param {string} event
   * @param {any} data
   * @returns {boolean} whether the event was about the roster
   */
  take(event, data) {
    switch (event) {
      case "participantJoined":
      case "participantUpdated":
        if (data.id !== this.#me) this.participants.set(data.id, data);
        return true;
      case "participantLeft":
        this.participants.delete(data.id);
        this.hands = this.hands.filter((id) => id !== data.id);
        return true;
      case "handRaised":
        this.hands.push(data.participant);
        return true;
      case "handsLowered":
        this.hands = this.hands.filter((id) => !data.participants.includes(id));
        return true;
      case "turn":
        this.turn = data.turn;
        return true;
      case "interpreting":
        if (data.participant) this.interpreters.set(data.pair, data.participant);
        else this.interpreters.delete(data.pair);
        return true;
      case "producerAdded":
        this.producers.set(data.producerId, { ...data });
        return true;
      case "producerRemoved":
        this.producers.delete(data.producerId);
        return true;
      case "producerPaused":
      case "producerResumed": {
        const producer = this.producers.get(data.producerId);
        if (producer) producer.paused = event === "producerPaused";
        return true;
      }
      case "producerUntranslated": {
        const producer = this.producers.get(data.producerId);
        if (producer) producer.untranslated = data.untranslated;
        return true;
      }
      case "producerQuality": {
        const producer = this.producers.get(data.producerId);
        if (producer) producer.quality = data.quality;
        return true;
      }
      case "dominantSpeaker":
        this.dominant = data.participant;
        return true;
      case "bridge":
        this.bridge = data.state;
        return true;
      default:
        return false;
    }
  }

  /**
   * What somebody else is called; "" where they are not here.
   * @param {string} id
   */
  name(id) {
    return this.participants.get(id)?.meta.name ?? "";
  }

  /**
   * Somebody's place among those who have raised a hand: from 1, or 0 where it is down.
   * @param {string} id
   */
  hand(id) {
    return this.hands.indexOf(id) + 1;
  }

  /**
   * The pair of languages that somebody interprets now, or "".
   * @param {string} id
   */
  interprets(id) {
    return [...this.interpreters].find(([, person]) => person === id)?.[0] ?? "";
  }

  /**
   * What somebody speaks now, where known: who interprets, what they interpret into.
   * @param {string} id
   */
  speaks(id) {
    const pair = this.interprets(id);
    return pair ? languagesOf(pair).target : this.participants.get(id)?.meta.speak;
  }

  /**
   * In whose place each interpreter is heard.
   * @param {(pair: string) => boolean} isSilent whether the machine interprets in somebody's place
   * @returns {Map<string, Set<string>>} interpreter → speakers
   */
  voices(isSilent) {
    /** @type {Map<string, Set<string>>} */
    const voices = new Map();
    for (const [pair, person] of this.interpreters) {
      if (isSilent(pair)) continue;
      const { source } = languagesOf(pair);
      const others = [...this.participants.values()].filter(({ id, meta }) => !this.interprets(id) && !meta.among?.length);
      const speakers = others.filter(({ meta }) => meta.speak === source).map(({ id }) => id);
      voices.set(person, new Set(speakers));
    }
    return voices;
  }

  /**
   * What is heard of somebody.
   * @param {string} id
   * @returns {Voice}
   */
  voice(id) {
    const voices = this.#tracksOf(id).filter(({ source }) => source === "voice");
    if (voices.length === 0) return "none";
    return voices.some(({ paused }) => !paused) ? "on" : "muted";
  }

  /**
   * Whether what somebody says is not translated now.
   * @param {string} id
   */
  untranslated(id) {
    return this.#tracksOf(id).some(({ untranslated }) => untranslated);
  }

  /**
   * How well somebody reaches the SFU: as their worst track.
   * @param {string} id
   * @returns {import("./protocol.js").Quality}
   */
  quality(id) {
    const tracks = this.#tracksOf(id).filter(({ paused }) => !paused);
    return WORST_FIRST.find((quality) => tracks.some((track) => track.quality === quality)) ?? "good";
  }

  /** @param {string} id */
  #tracksOf(id) {
    return [...this.producers.values()].filter(({ participant, track }) => participant === id && track === "original");
  }

  /** The tracks this page should receive now. */
  wanted() {
    const { hear } = this.#listener;
    const own = languagesOf(this.interprets(this.#me)).target; // which nobody needs to say to whoever says it
    const listener = own && own === hear ? { ...this.#listener, hear: "original" } : this.#listener;
    return [...this.producers.values()].filter((producer) => {
      const { participant, track, source } = producer;
      const pair = this.interprets(participant);
      // An interpreter is heard by those alone who hear what they interpret into.
      if (pair && participant !== this.#me && track === "original" && source === "voice") return listener.hear === languagesOf(pair).target;
      const shared = !pair && this.participants.get(participant)?.meta.among?.length;
      return wantsTrack(producer, this.#me, listener, shared ? undefined : this.speaks(participant));
    });
  }
}
