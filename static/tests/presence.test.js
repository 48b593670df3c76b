import assert from "node:assert/strict";
import { test } from "node:test";

import { speakingNow } from "../src/presence.js";

const silent = { speaking: false, heard: 0 };

test("a voice lights the mark, a murmur only keeps it lit", () => {
  assert.equal(speakingNow(silent, 0.01, 100).speaking, false);
  const speaking = speakingNow(silent, 0.02, 100);
  assert.deepEqual(speaking, { speaking: true, heard: 100 });
  assert.deepEqual(speakingNow(speaking, 0.01, 200), { speaking: true, heard: 200 });
});

test("the mark outlives a pause between words and no more", () => {
  const speaking = { speaking: true, heard: 1000 };
  assert.equal(speakingNow(speaking, 0, 1300).speaking, true);
  assert.equal(speakingNow(speaking, 0, 1500).speaking, false);
});
