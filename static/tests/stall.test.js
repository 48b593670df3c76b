import assert from "node:assert/strict";
import { test } from "node:test";

import { StallWatch } from "../src/stall.js";

/** Looks at a count of bytes every so many ms; returns the watch and the time of the last look. */
function watch(counts, every = 250, expected = true) {
  const one = new StallWatch(1000);
  counts.forEach((bytes, index) => one.look(bytes, expected, index * every));
  return { one, last: (counts.length - 1) * every };
}

test("a flow that has stopped for a second is stalled", () => {
  const { one, last } = watch([100, 200, 300]);
  assert.equal(one.stalled(last + 999), false);
  assert.equal(one.stalled(last + 1000), true);
  one.look(400, true, last + 1100);
  assert.equal(one.stalled(last + 1100), false);
});

test("what never flowed, or is not expected to, is not stalled", () => {
  assert.equal(watch([0, 0, 0]).one.stalled(60_000), false);
  const { one, last } = watch([100, 200]);
  for (let now = last; now < last + 5000; now += 250) one.look(200, false, now);
  assert.equal(one.stalled(last + 5000), false);
});

test("where bytes come rarely, it takes longer to tell", () => {
  const { one, last } = watch([100, 200, 300], 2000);
  assert.equal(one.stalled(last + 3999), false);
  assert.equal(one.stalled(last + 4000), true);
});

test("a new path is judged anew", () => {
  const { one, last } = watch([100, 200, 300]);
  one.reset();
  assert.equal(one.stalled(last + 60_000), false);
});
