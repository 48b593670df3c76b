import assert from "node:assert/strict";
import { test } from "node:test";

import { Receiver } from "../src/receiver.js";

/** A link whose answers come when the test says so. */
class SlowLink {
  /** @type {string[]} */
  asked = [];
  /** @type {(() => void)[]} */
  #held = [];
  holding = false;

  /** @param {string} method */
  request(method) {
    this.asked.push(method);
    const answer = method === "consume" ? { consumerId: "c", kind: "video", rtpParameters: {} } : {};
    if (!this.holding) return Promise.resolve(answer);
    return new Promise((resolve) => this.#held.push(() => resolve(answer)));
  }

  answer() {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

test("a picture that goes out of view while the SFU is slow to answer stays unsent", async () => {
  const link = new SlowLink();
  const transport = { consume: async () => ({ id: "c", kind: "video", track: {}, close() {} }) };
  const receiver = new Receiver(
    /** @type {any} */ (link),
    /** @type {any} */ ({ get: async () => transport }),
    { onTrack() {}, onTrackGone() {} },
  );
  await receiver.start(/** @type {any} */ ({ recvRtpCapabilities: {} }));
  receiver.sync([/** @type {any} */ ({ producerId: "p", participant: "ana", paused: false })]);
  await receiver.settled();
  link.asked.length = 0;
  link.holding = true;
  const told = [receiver.show("p", { visible: true, layer: 2 }), receiver.show("p", { visible: false, layer: 2 })];
  link.answer();
  await new Promise((resolve) => setImmediate(resolve));
  link.answer();
  await Promise.all(told);
  assert.deepEqual(link.asked, ["preferLayer", "resumeConsumer", "pauseConsumer"]);
});

test("a dub that has nothing to say is no sign of a broken network", async () => {
  const transport = { consume: async () => ({ id: "c", kind: "audio", track: {}, close() {} }) };
  const receiver = new Receiver(
    /** @type {any} */ (new SlowLink()),
    /** @type {any} */ ({ get: async () => transport }),
    { onTrack() {}, onTrackGone() {} },
  );
  await receiver.start(/** @type {any} */ ({ recvRtpCapabilities: {} }));
  const voice = { producerId: "p", participant: "ana", track: "dubbed", paused: false };
  receiver.sync([/** @type {any} */ (voice)]);
  await receiver.settled();
  assert.equal(receiver.expectsVoice, false);
  receiver.sync([/** @type {any} */ ({ ...voice, track: "original" })]);
  assert.equal(receiver.expectsVoice, true);
});
