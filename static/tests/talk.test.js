import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, TalkLines } from "../src/talk_lines.js";

const caption = (change = {}) => ({
  segment: "s-0",
  language: "en",
  source_language: "en",
  text: "Good morning",
  final: true,
  draft: false,
  spoken_at: 10,
  ...change,
});
const translated = (change = {}) => caption({ language: "pt", text: "Bom dia", ...change });

test("a line has what was said and its translation, whichever comes first, and stands where it was said", () => {
  const lines = new TalkLines();
  assert.equal(lines.take(caption({ segment: "s-1", spoken_at: 20 })), true);
  assert.equal(lines.take(translated()), true);
  assert.equal(lines.take(caption()), true);
  assert.equal(lines.take(caption()), false, "the feeds of both languages bring it");
  const [first, second] = lines.all;
  assert.deepEqual(first.texts, { en: "Good morning", pt: "Bom dia" });
  assert.deepEqual([first.source, second.segment], ["en", "s-1"]);
});

test("what grows gives way to what is final, and not the other way round", () => {
  const lines = new TalkLines();
  lines.take(caption({ text: "Good", final: false }));
  assert.deepEqual([...lines.all[0].finals], []);
  lines.take(caption());
  assert.equal(lines.take(caption({ text: "Good", final: false })), false);
  assert.equal(lines.all[0].texts.en, "Good morning");
  assert.equal(lines.take(caption({ segment: "s-1", text: "", final: false })), false, "nothing was said");
});

test("nothing comes back of what was taken back or forgotten", () => {
  const lines = new TalkLines();
  lines.take(caption());
  lines.withdraw("s-0");
  assert.equal(lines.take(translated()), false);
  lines.take(caption({ segment: "s-1" }));
  lines.clear();
  assert.equal(lines.empty, true);
  assert.equal(lines.take(translated({ segment: "s-1" })), false);
  assert.equal(lines.take(caption({ segment: "s-2" })), true);
});

test("the oldest lines make room", () => {
  const lines = new TalkLines();
  for (let at = 0; at < MOST + 3; at++) lines.take(caption({ segment: `s-${at}`, spoken_at: at }));
  assert.equal(lines.all.length, MOST);
  assert.equal(lines.all[0].segment, "s-3");
});

test("of an utterance that was cut by language both lines are taken back, and no other", () => {
  const lines = new TalkLines();
  for (const segment of ["s-0", "s-1", "s-1.1", "s-10"]) lines.take(caption({ segment, spoken_at: lines.all.length }));
  lines.withdraw("s-1.1");
  assert.equal(lines.take(caption({ segment: "s-1" })), false, "nor does it come again");
  assert.deepEqual(lines.all.map(({ segment }) => segment), ["s-0", "s-10"]);
});
