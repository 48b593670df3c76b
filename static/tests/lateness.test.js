import assert from "node:assert/strict";
import { test } from "node:test";

import { lagText, latenessOf } from "../src/lateness.js";

/** As much of an element as is asked for. */
const element = (attributes = {}, within = {}) => ({
  hasAttribute: (name) => name in attributes,
  getAttribute: (name) => attributes[name] ?? null,
  querySelector: (selector) => within[selector] ?? null,
});
const GROWS = { "data-grows": "" };
const lag = element({ title: "transcription 0.2 s" });
const line = (more, translation) =>
  latenessOf(element({ "data-lag-ms": "900", ...more }, { ".lag": lag, ".translation": translation }));

test("a line is as late as what is read of it, behind the word while it grows", () => {
  const transcript = { ms: "900", stages: "transcription 0.2 s" };
  assert.deepEqual(line(GROWS), { ...transcript, grows: true });
  assert.deepEqual(line({}), { ...transcript, grows: false });
  const grown = (more) => element({ "data-lag-ms": "2100", title: "translation 0.1 s", ...more });
  const translated = { ms: "2100", stages: "translation 0.1 s" };
  assert.deepEqual(line(GROWS, grown(GROWS)), { ...translated, grows: true });
  assert.deepEqual(line({}, grown(GROWS)), { ...translated, grows: true });
  assert.deepEqual(line({}, grown({})), { ...translated, grows: false });
});

test("who waits for a translation is not told how late the transcript is, unless nothing else has come", () => {
  assert.equal(line(GROWS, element()), null);
  assert.equal(line({}, element())?.ms, "900");
  assert.equal(latenessOf(element())?.ms, "");
});

test("the badge shows a lag, and nothing where there is none", () => {
  assert.equal(lagText("1094", "en"), "1.1 s");
  assert.equal(lagText("1094", "pt"), "1,1 s");
  assert.equal(lagText("", "en"), "");
  assert.equal(lagText("-3", "en"), "");
});
