import assert from "node:assert/strict";
import { test } from "node:test";

import { signOf } from "../src/keeping.js";
import { clock, soundsAt, volumeOf } from "../src/player.js";

const KEEPING = { call: "c", since: 0, people: [], trouble: false };

test("the red sign says that nothing is kept when nobody keeps it", () => {
  assert.equal(signOf(null, "up"), "");
  assert.equal(signOf(KEEPING, "up"), "kept");
  assert.equal(signOf(KEEPING, "down"), "notKept");
  assert.equal(signOf({ ...KEEPING, trouble: true }, "up"), "notKept");
});

const voice = { id: 1, url: "", speaker: "ana", language: "en", dubbed: false };
const other = { id: 2, url: "", speaker: "bia", language: "pt", dubbed: false };
const dub = { id: 3, url: "", speaker: "ana", language: "pt", dubbed: true };

test("a translated voice is heard in its place, above its original and nobody else's", () => {
  const tracks = [voice, other, dub];
  const volumes = (/** @type {string} */ heard, /** @type {boolean} */ sounds) => tracks.map((track) => volumeOf(track, heard, tracks, () => sounds));
  assert.deepEqual(volumes("", true), [1, 1, 0]);
  assert.deepEqual(volumes("pt", true), [0.15, 1, 1]);
  assert.deepEqual(volumes("pt", false), [1, 1, 1]);
  assert.deepEqual(volumes("vi", true), [1, 1, 0]);
});

test("a track sounds until three seconds after its last loud moment", () => {
  const peaks = Array.from({ length: 100 }, (_, at) => (at === 20 ? 90 : 1)); // of 10 s
  assert.deepEqual([1.9, 2.05, 4.9, 5.3, 9].map((at) => soundsAt(peaks, at, 10)), [false, true, true, false, false]);
});

test("times are written as transcripts write them", () => {
  assert.deepEqual([0, 61.9, 3_725].map(clock), ["00:00", "01:01", "1:02:05"]);
});
