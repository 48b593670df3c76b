import assert from "node:assert/strict";
import { test } from "node:test";

import { lagText, latenessOf } from "../src/lateness.js";

/** As much of an element as is asked for. */
const element = (classes, attributes = {}, within = {}) => ({
  classList: { contains: (name) => classes.split(" ").includes(name) },
  getAttribute: (name) => attributes[name] ?? null,
  querySelector: (selector) => within[selector] ?? null,
});
const lag = element("lag", { title: "transcription 0.2 s" });
const line = (classes, translation) =>
  latenessOf(element(classes, { "data-lag-ms": "900" }, { ".lag": lag, ".translation": translation }));

test("a line is as late as what is read of it, behind the word while it grows", () => {
  const transcript = { ms: "900", stages: "transcription 0.2 s" };
  assert.deepEqual(line("utterance interim"), { ...transcript, grows: true });
  assert.deepEqual(line("utterance"), { ...transcript, grows: false });
  const grown = (classes) => element(classes, { "data-lag-ms": "2100", title: "translation 0.1 s" });
  const translated = { ms: "2100", stages: "translation 0.1 s" };
  assert.deepEqual(line("utterance interim", grown("translation interim")), { ...translated, grows: true });
  assert.deepEqual(line("utterance", grown("translation interim")), { ...translated, grows: true });
  assert.deepEqual(line("utterance", grown("translation")), { ...translated, grows: false });
});

test("who waits for a translation is not told how late the transcript is, unless nothing else has come", () => {
  assert.equal(line("utterance interim", element("translation")), null);
  assert.equal(line("utterance", element("translation"))?.ms, "900");
  assert.equal(latenessOf(element("utterance"))?.ms, "");
});

test("the badge shows a lag, and nothing where there is none", () => {
  assert.equal(lagText("1094", "en"), "1.1 s");
  assert.equal(lagText("1094", "pt"), "1,1 s");
  assert.equal(lagText("", "en"), "");
  assert.equal(lagText("-3", "en"), "");
});
