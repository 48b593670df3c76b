import assert from "node:assert/strict";
import { test } from "node:test";

import { Pace } from "../src/pace.js";

test("a burst goes at once, the rest at the rate", () => {
  const pace = new Pace(3, 10);
  assert.deepEqual([1, 2, 3, 4, 5].map(() => pace.take(1000)), [0, 0, 0, 100, 200]);
});

test("no second sees more than burst plus rate", () => {
  const pace = new Pace(40, 40);
  const sent = Array.from({ length: 300 }, () => pace.take(0));
  for (let from = 0; from < 5000; from += 50) {
    assert.ok(sent.filter((at) => at >= from && at < from + 1000).length <= 80);
  }
});

test("after a rest the burst is there again", () => {
  const pace = new Pace(2, 10);
  [1, 2, 3].forEach(() => pace.take(0));
  assert.deepEqual([pace.take(1000), pace.take(1000), pace.take(1000)], [0, 0, 100]);
});
