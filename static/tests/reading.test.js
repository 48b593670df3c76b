import assert from "node:assert/strict";
import { test } from "node:test";

import { hueOf } from "../src/hues.js";
import { parseReading } from "../src/kept_reading.js";
import { resized, spokenLine } from "../src/reading.js";
import { actionOf } from "../src/shortcuts.js";

const nowhere = { matches: () => false };

test("what was kept is used, and defaults stand in for the rest and for what is broken", () => {
  assert.equal(parseReading('{"size":"xl"}').size, "xl");
  assert.equal(parseReading('{"size":"xl"}').show, "both");
  assert.equal(parseReading(null).aloud, false);
  assert.equal(parseReading('{"size":"xl"}').keys, true);
  assert.equal(parseReading('{"keys":false}').keys, false);
  assert.equal(parseReading("{").size, "m");
});

test("text grows and shrinks as far as there are sizes", () => {
  assert.equal(resized("m", 1), "l");
  assert.equal(resized("xxl", 1), "xxl");
  assert.equal(resized("s", -1), "s");
});

test("speakers keep their colour, and the first eight have one each", () => {
  const hues = ["a", "b", "c", "d", "e", "f", "g", "h"].map(hueOf);
  assert.equal(new Set(hues).size, 8);
  assert.equal(hueOf("c"), hues[2]);
  assert.equal(hueOf("i"), hues[0]);
});

test("keys act unless somebody types or means the browser", () => {
  assert.deepEqual(actionOf({ key: "m" }, nowhere), { press: "#mic:not([hidden]), #talk:not([hidden])" });
  assert.deepEqual(actionOf({ key: "M" }, null), { press: "#mic:not([hidden]), #talk:not([hidden])" });
  assert.deepEqual(actionOf({ key: "?" }, nowhere), { toggle: "help" });
  assert.equal(actionOf({ key: "m" }, { matches: () => true }), null);
  assert.equal(actionOf({ key: "c", ctrlKey: true }, nowhere), null);
  assert.deepEqual(actionOf({ key: "t" }, nowhere), { go: "#typing:not([hidden]) #typed-line" });
  assert.equal(actionOf({ key: "x" }, nowhere), null);
});

test("a sentence is read out when it is over, in the language that is read", () => {
  const part = (attributes, textContent, lang = "") => ({
    hasAttribute: (name) => attributes.includes(name),
    textContent,
    getAttribute: () => lang,
  });
  const line = (attributes, source, translation) => {
    const parts = { ".speaker": part([], "Ana"), ".source": part([], source, "en"), ".translation": translation };
    return spokenLine({ ...part(attributes, source), querySelector: (name) => parts[name] ?? null });
  };
  assert.equal(line(["data-grows"], "the ship"), null);
  assert.deepEqual(line([], "The ship sails."), { speaker: "Ana", text: "The ship sails.", lang: "en" });
  assert.equal(line([], "The ship sails.", part([], "", "pt")), null, "its translation is still to come");
  assert.equal(line([], "The ship sails.", part(["data-grows"], "O navio", "pt")), null, "its translation grows");
  assert.deepEqual(line([], "The ship sails.", part([], "O navio parte.", "pt")), { speaker: "Ana", text: "O navio parte.", lang: "pt" });
});
