import assert from "node:assert/strict";
import { test } from "node:test";

import { levelOf, problemOf } from "../src/lobby.js";

test("a quiet voice moves the bar, a loud one fills it", () => {
  assert.equal(levelOf(0), 0);
  assert.ok(levelOf(0.01) > 0.2);
  assert.equal(levelOf(0.5), 1);
});

test("a device that does not open is explained by what can be done", () => {
  assert.equal(problemOf(new DOMException("", "NotAllowedError"), true), "blocked");
  assert.equal(problemOf(new DOMException("", "NotFoundError"), true), "none");
  assert.equal(problemOf(new TypeError(), false), "insecure");
});
