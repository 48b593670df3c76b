/** A microphone is measured at whatever rate it has; where the browser measures none, it counts as silent. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { measure } from "../src/loudness.js";

/** Hz of the microphone; contexts of other rates connect to none, as in Firefox. */
let rate = 48_000;
/** @type {Context[]} */
let contexts = [];

class Context {
  closed = false;

  constructor({ sampleRate = 48_000 } = {}) {
    this.sampleRate = sampleRate;
    contexts.push(this);
  }

  createMediaStreamSource() {
    if (this.sampleRate !== rate) throw new DOMException("", "NotSupportedError");
    return { context: this, connect: () => {}, disconnect: () => {} };
  }

  async close() {
    this.closed = true;
  }
}

beforeEach((context) => {
  contexts = [];
  const AnalyserNode = class {
    getFloatTimeDomainData(samples) {
      samples.fill(0.5);
    }
  };
  Object.assign(globalThis, { AudioContext: Context, AnalyserNode, MediaStream: class {} });
  for (const level of ["debug", "warn"]) context.mock.method(console, level, () => {});
});

for (const [hz, heard] of [[48_000, 0.5], [44_100, 0.5], [32_000, 0.5], [24_000, 0.5], [16_000, 0.5], [8_000, 0.5], [96_000, 0.5], [11_025, 0], [22_050, 0], [0, 0]]) {
  test(`a microphone of ${hz} Hz is heard as ${heard}, and leaves no context behind`, () => {
    rate = hz;
    const call = new Context();
    const { loudness, stop } = measure({}, call);
    assert.equal(loudness(), heard);
    assert.ok(contexts.filter(({ closed }) => !closed).length <= 2);
    stop();
    assert.deepEqual(contexts.filter(({ closed }) => !closed), [call], "the call's own plays on");
  });
}
