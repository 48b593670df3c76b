import assert from "node:assert/strict";
import { test } from "node:test";

import { DUCK_GAIN, gainOf } from "../src/gains.js";

const track = (speaker, kind, change = {}) => ({ speaker, track: kind, paused: false, stale: false, ...change });

test("an original is ducked exactly under a running dub of the same speaker", () => {
  const ana = track("ana", "original");
  const bob = track("bob", "original");
  const dub = track("ana", "dubbed");
  assert.equal(gainOf(ana, [ana, bob]), 1);
  assert.equal(gainOf(ana, [ana, bob, dub]), DUCK_GAIN);
  assert.equal(gainOf(bob, [ana, bob, dub]), 1);
  assert.equal(gainOf(dub, [ana, bob, dub]), 1);
});

test("a paused dub, or one of a lost connection, ducks nothing", () => {
  const ana = track("ana", "original");
  assert.equal(gainOf(ana, [ana, track("ana", "dubbed", { paused: true })]), 1);
  assert.equal(gainOf(ana, [ana, track("ana", "dubbed", { stale: true })]), 1);
});

test("of several dubs one running is enough", () => {
  const ana = track("ana", "original");
  assert.equal(gainOf(ana, [ana, track("ana", "dubbed", { paused: true }), track("ana", "dubbed")]), DUCK_GAIN);
});
