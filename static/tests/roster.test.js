import assert from "node:assert/strict";
import { test } from "node:test";

import { Roster, wantsTrack } from "../src/roster.js";

const producer = (change = {}) => ({
  producerId: "p1",
  participant: "ana",
  kind: "audio",
  source: "voice",
  track: "original",
  label: null,
  paused: false,
  quality: "good",
  ...change,
});
const dub = (change = {}) => producer({ producerId: "d1", track: "dubbed", label: "en", ...change });
const listener = (hear = "en", hearDrafts = false, wholeSentences = false) => ({ hear, hearDrafts, wholeSentences });
const person = (id, speak) => ({ id, meta: { name: id, speak, read: speak, hear: speak } });
const hello = (change = {}) => ({
  participant: "me",
  room: "r",
  routerRtpCapabilities: {},
  participants: [person("ana", "pt")],
  producers: [producer()],
  own: [],
  notices: [],
  bridge: "up",
  ...change,
});

test("every other's original voice and pictures are wanted, one's own are not", () => {
  assert.equal(wantsTrack(producer(), "me", listener(), "pt"), true);
  assert.equal(wantsTrack(producer({ kind: "video", source: "camera" }), "me", listener("original"), "pt"), true);
  assert.equal(wantsTrack(producer({ participant: "me" }), "me", listener(), "pt"), false);
});

test("people at one device hear what is said there in their languages, and not themselves", () => {
  const both = { ...listener("original"), between: ["en", "pt"] };
  const mine = (change = {}) => dub({ participant: "me", ...change });
  assert.equal(wantsTrack(mine(), "me", both, undefined), true);
  assert.equal(wantsTrack(mine({ label: "pt" }), "me", both, undefined), true);
  assert.equal(wantsTrack(mine({ label: "vi" }), "me", both, undefined), false);
  assert.equal(wantsTrack(mine({ label: "pt:drafts" }), "me", { ...both, hearDrafts: true }, undefined), true);
  assert.equal(wantsTrack(producer({ participant: "me" }), "me", both, undefined), false, "never the microphone");
  assert.equal(wantsTrack(mine(), "me", listener("en"), undefined), false);
});

test("a microphone that several languages share is heard as a dub in one of them, too", () => {
  const roster = new Roster("me", listener("en"));
  const shared = { id: "ana", meta: { name: "ana", speak: "en", among: ["en", "pt"], read: "en", hear: "original" } };
  roster.reset(hello({ participants: [shared], producers: [producer(), dub()] }));
  assert.deepEqual(roster.wanted().map(({ producerId }) => producerId), ["p1", "d1"]);
});

test("a dub is wanted in the language heard, from another language, of another person", () => {
  assert.equal(wantsTrack(dub(), "me", listener(), "pt"), true);
  assert.equal(wantsTrack(dub({ label: "vi" }), "me", listener(), "pt"), false);
  assert.equal(wantsTrack(dub(), "me", listener(), "en"), false);
  assert.equal(wantsTrack(dub({ label: "en:drafts" }), "me", listener(), "pt"), false);
  assert.equal(wantsTrack(dub({ label: "en:drafts" }), "me", listener("en", true), "pt"), true);
  assert.equal(wantsTrack(dub({ label: "en:drafts" }), "me", listener("en", true), "en"), false);
  assert.equal(wantsTrack(dub(), "me", listener("en", false, true), "pt"), false);
  assert.equal(wantsTrack(dub({ label: "en:sentences" }), "me", listener(), "pt"), false);
  assert.equal(wantsTrack(dub({ label: "en:sentences" }), "me", listener("en", false, true), "pt"), true);
  assert.equal(wantsTrack(dub({ label: "en:drafts:sentences" }), "me", listener("en", true, true), "pt"), true);
  assert.equal(wantsTrack(dub({ participant: "me" }), "me", listener(), "pt"), false);
  assert.equal(wantsTrack(dub({ label: "original" }), "me", listener("original"), "pt"), false);
});

test("what somebody has read aloud in their own language is heard by those who would hear their voice", () => {
  const aloud = dub({ label: "en:typed" });
  assert.equal(wantsTrack(aloud, "me", listener("en"), "en"), true);
  assert.equal(wantsTrack(aloud, "me", listener("en", true, true), "en"), true);
  assert.equal(wantsTrack(aloud, "me", listener("original"), "en"), true);
  assert.equal(wantsTrack(aloud, "me", listener("pt"), "en"), false);
  assert.equal(wantsTrack(aloud, "me", listener("en"), "pt"), false);
  assert.equal(wantsTrack(aloud, "me", listener("original"), undefined), false);
});

test("a dub that arrives before its speaker is wanted, and dropped if they speak the language themselves", () => {
  const roster = new Roster("me", listener());
  roster.reset(hello({ participants: [], producers: [] }));
  roster.take("producerAdded", dub());
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["d1"]);
  roster.take("participantJoined", person("ana", "en"));
  assert.deepEqual(roster.wanted(), []);
});

test("a speaker who changes language is dubbed from then on", () => {
  const roster = new Roster("me", listener());
  roster.reset(hello({ participants: [person("ana", "en")], producers: [producer(), dub()] }));
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1"]);
  roster.take("participantUpdated", person("ana", "pt"));
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1", "d1"]);
});

test("what is heard here can change", () => {
  const heard = listener("original");
  const roster = new Roster("me", heard);
  roster.reset(hello({ producers: [producer(), dub()] }));
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1"]);
  heard.hear = "en";
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1", "d1"]);
  heard.hearDrafts = true;
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1"]);
  roster.take("producerAdded", dub({ producerId: "d2", label: "en:drafts" }));
  assert.deepEqual(roster.wanted().map((p) => p.producerId), ["p1", "d2"]);
});

test("somebody is muted with a voice that does not run, has none without a microphone, and is as well connected as their worst track", () => {
  const roster = new Roster("me", listener());
  const camera = producer({ producerId: "c1", kind: "video", source: "camera" });
  roster.reset(hello({ producers: [producer(), camera, dub({ quality: "poor" })] }));
  assert.deepEqual([roster.voice("ana"), roster.quality("ana"), roster.voice("bob")], ["on", "good", "none"]);
  roster.take("producerQuality", { producerId: "c1", quality: "poor" });
  roster.take("producerQuality", { producerId: "p1", quality: "fair" });
  assert.equal(roster.quality("ana"), "poor");
  roster.take("producerPaused", { producerId: "p1" });
  roster.take("dominantSpeaker", { participant: "ana" });
  assert.deepEqual([roster.voice("ana"), roster.dominant], ["muted", "ana"]);
});

test("whose words are not translated is followed, also of those who came before", () => {
  const roster = new Roster("me", listener());
  roster.reset(hello({ producers: [producer({ untranslated: true }), producer({ producerId: "p2", participant: "bob" })] }));
  assert.deepEqual([roster.untranslated("ana"), roster.untranslated("bob")], [true, false]);
  roster.take("producerUntranslated", { producerId: "p1", untranslated: false });
  roster.take("producerUntranslated", { producerId: "p2", untranslated: true });
  roster.take("producerUntranslated", { producerId: "unheard-of", untranslated: true });
  assert.deepEqual([roster.untranslated("ana"), roster.untranslated("bob")], [false, true]);
});

test("pauses, removals and the bridge are followed; other events are not the roster's", () => {
  const roster = new Roster("me", listener());
  roster.reset(hello());
  assert.equal(roster.take("producerPaused", { producerId: "p1" }), true);
  assert.equal(roster.producers.get("p1").paused, true);
  roster.take("producerResumed", { producerId: "p1" });
  assert.equal(roster.producers.get("p1").paused, false);
  roster.take("producerPaused", { producerId: "unheard-of" });
  roster.take("producerRemoved", { producerId: "p1" });
  assert.deepEqual(roster.wanted(), []);
  roster.take("bridge", { state: "down" });
  assert.equal(roster.bridge, "down");
  roster.take("participantLeft", { id: "ana" });
  assert.equal(roster.participants.size, 0);
  assert.equal(roster.take("notice", { key: "k", payload: null }), false);
});
