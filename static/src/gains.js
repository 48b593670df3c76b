/** How loud each track plays (docs/protocol.md, Passthrough). */

/** The original under a running dub: still there, clearly behind. */
export const DUCK_GAIN = 0.15;
/** Ramps in seconds: down softly under the interpreter, up at once when the original is all there is. */
export const DUCK_SECONDS = 0.08;
export const RAISE_SECONDS = 0.05;

/**
 * @typedef {object} Playing
 * @property {string} speaker
 * @property {"original" | "dubbed"} track
 * @property {boolean} paused whether the producer is paused
 * @property {boolean} stale left over from a connection that has been replaced
 */

/**
 * The gain of one of the tracks being received.
 * @param {Playing} track
 * @param {readonly Playing[]} all tracks being received
 */
export function gainOf(track, all) {
  if (track.track === "dubbed") return 1;
  const dubbed = all.some(
    (other) => other.track === "dubbed" && other.speaker === track.speaker && !other.paused && !other.stale,
  );
  return dubbed ? DUCK_GAIN : 1;
}
