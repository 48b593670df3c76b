/** What is sent to the others: one track of each source. */

/**
 * One voice with redundancy against loss. No DTX: with it a browser stops sending when speech ends, and the bridge,
 * which cannot tell a pause from a late packet, knows of the end of an utterance that much later (`ABSENCE` in
 * app/media/audio/tap.py). Opus spends little on silence by itself.
 */
const OPUS = Object.freeze({ opusStereo: false, opusDtx: false, opusFec: true });
/**
 * A camera in three sizes, each half the next: everybody gets the one that fits their tile and their network. The two
 * smaller ones together cost less than half of the largest.
 */
const CAMERA = Object.freeze([
  { scaleResolutionDownBy: 4, maxBitrate: 100_000, scalabilityMode: "L1T2" },
  { scaleResolutionDownBy: 2, maxBitrate: 300_000, scalabilityMode: "L1T2" },
  { scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: "L1T2" },
]);
/** Heights from which browsers encode three and two sizes; asked for more, they leave out the largest. */
const THREE_FROM = 540;
const TWO_FROM = 270;
/** A screen in one size: text must stay sharp, and few frames will do. */
const SCREEN = Object.freeze([{ maxBitrate: 1_500_000, maxFramerate: 15 }]);

/**
 * @typedef {import("./protocol.js").Source} Source
 * @typedef {import("mediasoup-client").types.Producer} Sent
 */

export class Sender {
  #link;
  #transports;
  /** @type {Map<Source, Sent>} */
  #sent = new Map();
  /** @type {Map<Source, boolean>} what the SFU was last told */
  #muted = new Map();
  /** Whether the SFU was last told that the voice is for people's ears alone. */
  #untranslated = false;

  /**
   * @param {import("./link.js").Link} link
   * @param {import("./transports.js").Transports} transports
   */
  constructor(link, transports) {
    this.#link = link;
    this.#transports = transports;
  }

  /** Whether a voice is sent: also muted, when it is silence; not while the system has silenced its device, or it is gone. */
  get sendsVoice() {
    const track = this.#sent.get("voice")?.track;
    return track?.readyState === "live" && !track.muted;
  }

  /**
   * Sends a track, in place of the one of the same source sent before. It is not stopped with the session, so that the
   * next session can send it too.
   * @param {Source} source
   * @param {MediaStreamTrack} track
   * @param {boolean} [untranslated] whether a voice that begins with it is for people's ears alone
   * @throws {Error} the SFU refused, or the connection went
   */
  async send(source, track, untranslated = false) {
    const sent = this.#sent.get(source);
    if (sent) {
      if (sent.track !== track) await sent.replaceTrack({ track });
      return;
    }
    const transport = await this.#transports.get("send");
    const options = optionsOf(source, track.getSettings().height ?? THREE_FROM);
    const producer = await transport.produce({ track, stopTracks: false, appData: { source, untranslated }, ...options });
    this.#sent.set(source, producer);
    if (source === "voice") this.#untranslated = untranslated;
  }

  /**
   * Says whether one's voice is for people's ears alone from now on.
   * @param {boolean} untranslated
   * @throws {Error} the SFU refused, or the connection went
   */
  async setUntranslated(untranslated) {
    const producer = this.#sent.get("voice");
    if (!producer || this.#untranslated === untranslated) return;
    await this.#link.request("setUntranslated", { producerId: producer.id, untranslated });
    this.#untranslated = untranslated;
  }

  /**
   * Pauses or resumes what is sent, here and for everybody.
   * @param {Source} source
   * @param {boolean} muted
   */
  async setMuted(source, muted) {
    const producer = this.#sent.get(source);
    if (!producer || (this.#muted.get(source) ?? false) === muted) return;
    this.#muted.set(source, muted);
    if (muted) producer.pause();
    else producer.resume();
    await this.#link.request(muted ? "pauseProducer" : "resumeProducer", { producerId: producer.id });
  }

  /**
   * Sends no more of a source.
   * @param {Source} source
   */
  async stop(source) {
    const producer = this.#sent.get(source);
    if (!producer) return;
    this.#forget(source, producer);
    await this.#link.request("closeProducer", { producerId: producer.id });
  }

  /**
   * The socket has come back: what was on its way when it was lost is put right.
   * @param {readonly import("./protocol.js").Producer[]} own what the SFU has of us
   */
  async resume(own) {
    const known = new Map(own.map((producer) => [producer.producerId, producer]));
    for (const [source, producer] of this.#sent) {
      const there = known.get(producer.id);
      known.delete(producer.id);
      if (!there) this.#forget(source, producer);
      else this.#muted.set(source, there.paused);
      if (there && source === "voice") this.#untranslated = there.untranslated ?? false;
    }
    // Their answers were lost: we have nothing to send on them.
    for (const producerId of known.keys()) await this.#link.request("closeProducer", { producerId });
  }

  /**
   * @param {Source} source
   * @param {Sent} producer
   */
  #forget(source, producer) {
    this.#sent.delete(source);
    this.#muted.delete(source);
    producer.close();
  }
}

/**
 * @param {Source} source
 * @param {number} height pixels of the picture
 * @returns {Partial<import("mediasoup-client").types.ProducerOptions>}
 */
function optionsOf(source, height) {
  // Its owner alone opens the track: resumed, a producer would open one that waits for the SFU (`Microphone`).
  if (source === "voice") return { codecOptions: { ...OPUS }, disableTrackOnPause: false };
  const camera = CAMERA.slice(height >= THREE_FROM ? 0 : height >= TWO_FROM ? 1 : 2);
  const encodings = (source === "camera" ? camera : SCREEN).map((encoding) => ({ ...encoding }));
  return { encodings, codecOptions: { videoGoogleStartBitrate: 600 } };
}
