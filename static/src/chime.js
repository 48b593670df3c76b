/** A soft sound of the page's own. */

const HERTZ = 660;
const SECONDS = 0.2;
const GAIN = 0.06;

/** @param {AudioContext} context plays it */
export function chime(context) {
  const now = context.currentTime;
  const tone = new OscillatorNode(context, { frequency: HERTZ });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(GAIN, now, SECONDS / 10);
  gain.gain.setTargetAtTime(0, now + SECONDS / 2, SECONDS / 6);
  tone.connect(gain).connect(context.destination);
  tone.start(now);
  tone.stop(now + 2 * SECONDS);
}
