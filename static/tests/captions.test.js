import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf, surplus } from "../src/caption_order.js";
import { withAfter } from "../src/caption_source.js";

test("an utterance goes where it was spoken, after those of the same moment", () => {
  assert.equal(placeOf([], 5), 0);
  assert.equal(placeOf([1, 2, 3], 4), 3);
  assert.equal(placeOf([1, 2, 3], 2.5), 2);
  assert.equal(placeOf([1, 2, 3], 2), 2);
  assert.equal(placeOf([1, 2, 3], 0), 0);
});

test("without a start an utterance stays last, and does not hide the order of others", () => {
  assert.equal(placeOf([1, 2], Number.NaN), 2);
  assert.equal(placeOf([1, Number.NaN, 3], 2), 2);
  assert.equal(placeOf([3, Number.NaN], 2), 0);
});

test("old lines go while the reader follows, and later while they read back", () => {
  assert.equal(surplus(300, true), 0);
  assert.equal(surplus(301, true), 1);
  assert.equal(surplus(301, false), 0);
  assert.equal(surplus(1000, false), 100);
});

test("a source that comes back asks for what it has not seen", () => {
  const base = "https://host/call";
  assert.equal(withAfter("/rooms/a/captions?lang=pt&after=1-0", "", base), "https://host/rooms/a/captions?lang=pt&after=1-0");
  assert.equal(withAfter("/rooms/a/captions?lang=pt&after=1-0", "7-3", base), "https://host/rooms/a/captions?lang=pt&after=7-3");
  assert.equal(withAfter("/rooms/a/captions", "7-3", base), "https://host/rooms/a/captions?after=7-3");
});
