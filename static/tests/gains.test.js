import assert from "node:assert/strict";
import { test } from "node:test";

import { gainOf, HOLD_MS } from "../src/gains.js";

const NOW = 100_000;
const track = (speaker, kind, change = {}) => ({ speaker, track: kind, paused: false, stale: false, heard: -Infinity, ...change });
const dub = (change = {}) => track("ana", "dubbed", { heard: NOW, ...change });
const ana = track("ana", "original");
const bob = track("bob", "original");

test("an original gives way to a dub of the same speaker while that sounds, its pauses included", () => {
  const gain = (one, ...others) => gainOf(one, [ana, bob, ...others], 0.15, NOW);
  assert.equal(gain(ana), 1);
  assert.equal(gain(ana, dub()), 0.15);
  assert.equal(gain(bob, dub()), 1);
  assert.equal(gain(dub(), dub()), 1);
  assert.equal(gain(ana, dub({ heard: NOW - HOLD_MS + 1 })), 0.15);
  assert.equal(gain(ana, dub({ heard: NOW - HOLD_MS })), 1, "an interpreter who is silent leaves the original");
  assert.equal(gain(ana, dub({ heard: -Infinity }), dub()), 0.15, "of several dubs one is enough");
});

test("a paused dub, or one of a lost connection, takes nothing from the original", () => {
  for (const under of [0, 0.15]) {
    assert.equal(gainOf(ana, [ana, dub({ paused: true })], under, NOW), 1);
    assert.equal(gainOf(ana, [ana, dub({ stale: true })], under, NOW), 1);
  }
});

test("what is not translated is heard in full, by those too who want the interpreter alone", () => {
  const apart = track("ana", "original", { untranslated: true });
  for (const under of [0, 0.15]) assert.equal(gainOf(apart, [apart, dub()], under, NOW), 1);
});

test("whoever wants the interpreter alone hears no original as long as there is one", () => {
  assert.equal(gainOf(ana, [ana, dub({ heard: -Infinity })], 0, NOW), 0);
  assert.equal(gainOf(bob, [ana, bob, dub()], 0, NOW), 1);
});

test("what somebody has read aloud takes the place of their voice only while it sounds", () => {
  const aloud = (heard) => dub({ label: "en:typed", heard });
  assert.equal(gainOf(ana, [ana, aloud(-Infinity)], 0, NOW), 1);
  assert.equal(gainOf(ana, [ana, aloud(NOW)], 0, NOW), 0);
});

test("whoever speaks the language of the dub at a shared microphone is heard, by those too who want the interpreter alone", () => {
  const silent = dub({ heard: NOW - HOLD_MS });
  assert.equal(gainOf(ana, [ana, silent], 0, NOW), 0, "the interpreter says all of it");
  assert.equal(gainOf(ana, [ana, { ...silent, partial: true }], 0, NOW), 1);
  assert.equal(gainOf(ana, [ana, dub({ partial: true })], 0, NOW), 0, "while the interpreter speaks");
});
