/** How loud a microphone is. */

const SAMPLES = 2048;
/** What microphones and headsets record with, Hz; those of telephones' headsets last. */
const RATES = Object.freeze([48_000, 44_100, 32_000, 24_000, 16_000, 8_000, 96_000]);

/** @typedef {{ loudness: () => number, stop: () => void }} Measuring `loudness`: RMS, full scale 1 */

/**
 * RMS of what comes through a meter now, full scale 1.
 * @param {AnalyserNode} meter
 * @param {Float32Array<ArrayBuffer>} samples as many as the meter looks at; their values do not matter
 */
export function rms(meter, samples) {
  meter.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/**
 * Measures a microphone without playing it; as silence where the browser does not let it be measured.
 * @param {MediaStreamTrack} track
 * @param {AudioContext} context
 * @returns {Measuring}
 */
export function measure(track, context) {
  const stream = new MediaStream([track]);
  const tap = tapped(stream, context) ?? atItsRate(stream);
  if (!tap) return { loudness: () => 0, stop: () => {} };
  const { source } = tap;
  const meter = new AnalyserNode(source.context, { fftSize: SAMPLES });
  source.connect(meter);
  const samples = new Float32Array(SAMPLES);
  return { loudness: () => rms(meter, samples), stop: () => (source.disconnect(), tap.close()) };
}

/**
 * Firefox connects a microphone only to a context of its own rate (its bug 1725336), which it does not tell: that of a
 * headset on Bluetooth is not that of the system.
 * @param {MediaStream} stream
 */
function atItsRate(stream) {
  for (const sampleRate of RATES) {
    const context = new AudioContext({ sampleRate });
    const close = () => void context.close();
    const tap = tapped(stream, context, close);
    if (tap) return tap;
    close();
  }
  console.warn("this microphone cannot be measured");
  return null;
}

/**
 * @param {MediaStream} stream
 * @param {AudioContext} context
 * @param {() => void} close
 */
function tapped(stream, context, close = () => {}) {
  try {
    return { source: context.createMediaStreamSource(stream), close };
  } catch (error) {
    console.debug(`a microphone cannot be measured at ${context.sampleRate} Hz:`, error);
    return null;
  }
}
