/** People who interpret: who hears them, in whose place, and what the page says and offers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { gainOf } from "../src/gains.js";
import { comingBack, granted, languagesOf, offered, pairsOf, said } from "../src/interpreting.js";
import { Roster } from "../src/roster.js";

const NOW = 100_000;
const person = (id, speak) => ({ id, meta: { name: id, speak, read: speak, hear: speak } });
const voice = (participant, change = {}) => ({ producerId: `v-${participant}`, participant, kind: "audio", source: "voice", track: "original", label: null, paused: false, quality: "good", ...change });
const dub = (participant, label) => voice(participant, { producerId: `d-${participant}-${label}`, track: "dubbed", label });

/** A call in Portuguese that Lea, who speaks English otherwise, interprets into English; Kim is dubbed by the machine. */
function roster(hear, interpreting = [{ pair: "pt>en", participant: "lea" }]) {
  const one = new Roster("me", { hear, hearDrafts: false, wholeSentences: false });
  const participants = [person("ana", "pt"), person("bia", "pt"), person("kim", "vi"), person("lea", "en")];
  const producers = [voice("ana"), voice("kim"), voice("lea"), voice("lea", { producerId: "c-lea", kind: "video", source: "camera" }), dub("kim", "en"), dub("lea", "vi")];
  one.reset({ participant: "me", participants, producers, own: [], notices: [], bridge: "up", interpreting });
  return one;
}

const wanted = (one) => one.wanted().map(({ producerId }) => producerId);

test("an interpreter is heard by those who hear what they interpret into, and seen by all", () => {
  assert.deepEqual(wanted(roster("en")), ["v-ana", "v-kim", "v-lea", "c-lea", "d-kim-en"]);
  assert.deepEqual(wanted(roster("original")), ["v-ana", "v-kim", "c-lea"]);
  assert.deepEqual(wanted(roster("pt")), ["v-ana", "v-kim", "c-lea"]);
  assert.deepEqual(wanted(roster("vi")), ["v-ana", "v-kim", "c-lea", "d-lea-vi"], "as the machine passes them on");
  const resting = roster("pt", []);
  assert.ok(wanted(resting).includes("v-lea"));
  resting.take("interpreting", { pair: "pt>en", participant: "lea" });
  assert.ok(!wanted(resting).includes("v-lea"));
  assert.equal(resting.speaks("lea"), "en");
  resting.take("interpreting", { pair: "pt>en", participant: null });
  assert.ok(wanted(resting).includes("v-lea"));
});

test("who interprets is told nothing in the language that they interpret into", () => {
  const one = roster("en", [{ pair: "pt>en", participant: "me" }]);
  assert.deepEqual(wanted(one), ["v-ana", "v-kim", "v-lea", "c-lea"]);
});

test("an interpreter is heard in place of those who speak what they interpret, while they are heard at all", () => {
  const one = roster("en");
  assert.deepEqual([...one.voices(() => false)], [["lea", new Set(["ana", "bia"])]]);
  assert.deepEqual([...one.voices(() => true)], []);
  one.take("interpreting", { pair: "en>pt", participant: "bia" });
  assert.deepEqual(one.voices(() => false).get("lea"), new Set(["ana"]), "what an interpreter says is not interpreted back");
});

test("the originals of those whom a person interprets give way while that person is heard", () => {
  const playing = (speaker, change = {}) => ({ speaker, track: "original", paused: false, stale: false, untranslated: false, heard: -Infinity, speaksFor: new Set(), ...change });
  const [ana, kim] = [playing("ana"), playing("kim")];
  const lea = (change = {}) => playing("lea", { heard: NOW, speaksFor: new Set(["ana"]), ...change });
  const gain = (track, under, ...others) => gainOf(track, [ana, kim, ...others], under, NOW);
  assert.equal(gain(ana, 0.15, lea()), 0.15);
  assert.equal(gain(kim, 0.15, lea()), 1);
  assert.equal(gain(lea(), 0.15, lea()), 1);
  assert.equal(gain(ana, 0.15, lea({ heard: -Infinity })), 1);
  assert.equal(gain(ana, 0, lea({ heard: -Infinity })), 0, "the interpreter alone");
  for (const change of [{ paused: true }, { stale: true }, { untranslated: true }, { speaksFor: new Set() }]) {
    assert.equal(gain(ana, 0, lea(change)), 1);
  }
  assert.equal(gain(ana, 0.15, lea({ track: "dubbed", label: "vi" })), 0.15, "as the machine passes them on");
});

test("the page says who interprets, and offers what one may do about it", () => {
  const booth = (person, silent = false) => ({ pair: "pt>en", person, silent });
  assert.equal(said(booth(null), "me"), "machineInterprets");
  assert.equal(said(booth("lea"), "me"), "personInterprets");
  assert.equal(said(booth("lea", true), "me"), "machineForSilent");
  assert.equal(said(booth("me"), "me"), "youInterpret");
  assert.equal(said(booth("me", true), "me"), "machineForYou");
  assert.deepEqual([null, "lea", "me"].map((one) => offered(booth(one), "me")), ["interpretBegin", "interpretTake", "interpretStop"]);
  assert.deepEqual(pairsOf(["audio", "interpret:pt>en", "interpret:en>pt"]), ["pt>en", "en>pt"]);
  assert.deepEqual(pairsOf(undefined), []);
  assert.deepEqual(languagesOf("pt>en"), { source: "pt", target: "en" });
});

test("who comes back soon goes on, unless somebody else does or they may no more; later they begin by a press", () => {
  assert.equal(comingBack(undefined, true, 5_000), "resume");
  assert.equal(comingBack(undefined, true, 120_001), "offer");
  assert.equal(comingBack("lea", true, 5_000), "over");
  assert.equal(comingBack(undefined, false, 5_000), "over");
});

test("who may interpret is told to press the button only where there is one", () => {
  assert.equal(granted("pt>en", false), "interpretMay");
  assert.equal(granted("pt>en", true), "interpretMayReader");
  assert.equal(granted("", true), "interpretMayNot");
});
