/** How loud each track plays (docs/protocol.md, Passthrough). */

/** The original under a dub that sounds, where nobody has set another volume: still there, clearly behind. */
export const UNDER = 0.15;
/** Ramps in seconds: down softly under the interpreter, up at once when the original is all there is. */
export const DUCK_SECONDS = 0.08;
export const RAISE_SECONDS = 0.05;
/**
 * How long the original stays down after the dub last sounded, ms. Interpreters breathe, and clauses come one by one;
 * after that the original voice is all there is to hear.
 */
export const HOLD_MS = 3_000;

/**
 * @typedef {object} Playing
 * @property {string} speaker
 * @property {"original" | "dubbed"} track
 * @property {string} [label] version of a dub
 * @property {boolean} paused whether the producer is paused
 * @property {boolean} untranslated whether what is said on it is for people's ears alone now
 * @property {boolean} [partial] whether its speaker may also speak the language of the dub, which is silent then
 * @property {boolean} stale left over from a connection that has been replaced
 * @property {number} heard when a dub last sounded, ms
 * @property {ReadonlySet<string>} [speaksFor] speakers in whose place a person is heard on it, who interprets them
 */

/** Whether a track is a dub in use. @param {Playing} track */
export const isLive = ({ track, paused, stale }) => track === "dubbed" && !paused && !stale;

/** Whether a track says what its speaker says, and not only what they type. @param {Playing} track */
export const interprets = (track) => isLive(track) && !track.label?.endsWith(":typed");

/** Whether a person interprets on a track, or is passed on in another language. @param {Playing} track */
const isPerson = ({ speaksFor, paused, stale, untranslated }) => Boolean(speaksFor?.size) && !paused && !stale && !untranslated;

/**
 * Whether a track is heard in place of a speaker's own voice: a dub of theirs in use, or a person who interprets them.
 * @param {Playing} track
 * @param {string} speaker
 */
export const isFor = (track, speaker) => (isPerson(track) ? Boolean(track.speaksFor?.has(speaker)) : track.speaker === speaker && isLive(track));

/**
 * Whether a dub that last sounded then sounds now, its pauses included.
 * @param {number} heard ms
 * @param {number} now ms
 */
export const sounding = (heard, now) => now - heard < HOLD_MS;

/**
 * The gain of one of the tracks being received. An original gives way to its dub while that sounds, and where the
 * interpreter alone is wanted (`under` 0), as long as there is one; not while nobody else says what it says, nor where
 * several people share the microphone, some of whom speak the language of the dub themselves.
 * @param {Playing} track
 * @param {readonly Playing[]} all tracks being received
 * @param {number} under gain of an original under its dub
 * @param {number} now ms
 */
export function gainOf(track, all, under, now) {
  if (track.track === "dubbed" || track.untranslated || isPerson(track)) return 1;
  const dubs = all.filter((other) => isFor(other, track.speaker));
  const gives = dubs.some((dub) => sounding(dub.heard, now) || (under === 0 && (isPerson(dub) || (interprets(dub) && !dub.partial))));
  return gives ? under : 1;
}
