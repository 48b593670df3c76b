/** What the page shows of a call: rows for its people, tiles for its pictures. */

import { languagesOf } from "./interpreting.js";

/**
 * The languages that somebody speaks: one, or those of the people who share their microphone.
 * @param {{ speak: string, among?: readonly string[] }} person
 */
export function spokenBy({ speak, among = [] }) {
  return among.length ? among : [speak];
}

/**
 * Codes of what somebody speaks now: who interprets, what they interpret into.
 * @param {import("./roster.js").Roster} roster
 * @param {string} id
 * @param {readonly string[]} otherwise
 */
const spokenNow = (roster, id, otherwise) => (roster.interprets(id) ? [languagesOf(roster.interprets(id)).target] : otherwise);

/**
 * Oneself first, then the others.
 * @param {import("./config.js").CallConfig} config
 * @param {import("./roster.js").Roster} roster
 * @param {import("./mixer.js").Mixer} mixer
 * @param {{ state: import("./microphone.js").MicrophoneState, apart: boolean }} mic one's own
 * @returns {import("./presence.js").Row[]}
 */
export function rowsOf({ participant, name, speak, among }, roster, mixer, mic) {
  return [
    {
      id: participant,
      name,
      languages: spokenNow(roster, participant, spokenBy({ speak, among })),
      interprets: roster.interprets(participant),
      me: true,
      host: roster.host,
      dubbed: false,
      voice: ownVoice(mic.state),
      untranslated: mic.apart,
      quality: "good",
      hand: roster.hand(participant),
    },
    ...[...roster.participants.values()].map(({ id, meta, rights }) => ({
      id,
      name: meta.name,
      languages: spokenNow(roster, id, spokenBy(meta)),
      interprets: roster.interprets(id),
      me: false,
      host: rights?.includes("moderate") ?? false,
      dubbed: mixer.dubbed(id),
      voice: roster.voice(id),
      untranslated: roster.untranslated(id),
      quality: roster.quality(id),
      hand: roster.hand(id),
    })),
  ];
}

/**
 * @param {import("./microphone.js").MicrophoneState} state
 * @returns {import("./roster.js").Voice}
 */
function ownVoice(state) {
  if (state === "on") return "on";
  return state === "muted" || state === "silenced" ? "muted" : "none";
}

/**
 * Screens first, then the others' cameras, one's own last.
 * @param {import("./config.js").CallConfig} config
 * @param {import("./roster.js").Roster} roster
 * @param {ReadonlyMap<string, MediaStreamTrack>} pictures the others', by producer
 * @param {MediaStreamTrack | null | undefined} own one's own camera
 * @returns {import("./tiles.js").Tile[]}
 */
export function tilesOf({ participant, name, texts }, roster, pictures, own) {
  /** @type {import("./tiles.js").Tile[]} */
  const tiles = [...roster.producers.values()].flatMap((producer) => {
    const { producerId, source } = producer;
    const track = pictures.get(producerId);
    const whose = roster.name(producer.participant);
    if (!track || source === "voice" || producer.paused) return [];
    const hand = roster.hand(producer.participant);
    return [{ producerId, participant: producer.participant, name: whose, source, me: false, hand, track }];
  });
  tiles.sort((a, b) => Number(b.source === "screen") - Number(a.source === "screen"));
  const hand = roster.hand(participant);
  if (own) tiles.push({ producerId: "own", participant, name: `${name} (${texts.you})`, source: "camera", me: true, hand, track: own });
  return tiles;
}
