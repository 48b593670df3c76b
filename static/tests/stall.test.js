import assert from "node:assert/strict";
import { test } from "node:test";

import { StallWatch } from "../src/stall.js";

const EVERY = 250;

/** A watch that has looked at counts of bytes, and whether each look after them finds a stall. */
function watch(counts, every = EVERY, expected = true) {
  const one = new StallWatch(1000, 1500);
  let now = 0;
  const look = (bytes, after = every) => {
    one.look(bytes, expected, (now += after));
    return one.stalled;
  };
  counts.forEach((bytes) => look(bytes));
  return { one, look };
}

test("a flow that has stopped for a second is stalled", () => {
  const { look } = watch([100, 200, 300]);
  assert.deepEqual([300, 300, 300, 300].map((bytes) => look(bytes)), [false, false, false, true]);
  assert.equal(look(400), false);
});

test("what never flowed, or is not expected to, is not stalled", () => {
  assert.equal(watch(Array(100).fill(0)).one.stalled, false);
  assert.equal(watch(Array(100).fill(200), EVERY, false).one.stalled, false);
});

test("where bytes come rarely, it takes longer to tell, but not for ever", () => {
  const { look } = watch([100, 100, 100, 200, 200, 200, 300]);
  const found = Array.from({ length: 6 }, () => look(300));
  assert.deepEqual(found, [false, false, false, false, false, true]);
  const rare = watch([100, 100, 100, 100, 100, 100, 100, 200]);
  assert.deepEqual(Array.from({ length: 6 }, () => rare.look(200)), found, "no later than the most");
});

test("a page that was held up does not take its own sleep for the network's", () => {
  const { look } = watch([100, 200, 300]);
  assert.equal(look(300, 60_000), false);
  assert.equal(look(400), false);
});

test("a new path is judged anew", () => {
  const { one, look } = watch([100, 200, 300, 300, 300, 300, 300]);
  assert.equal(one.stalled, true);
  one.reset();
  assert.equal(one.stalled, false);
  assert.equal(look(0), false);
});
