/** What the sign says of those who still listen. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { sign } from "../src/listening.js";

const TEXTS = { listensStill: "{name} is still listening", listenStill: "{count} people are still listening", listensFor: "{who}, {seconds} s" };

test("one is named, several are counted, and seconds are said where they are known", () => {
  assert.equal(sign(0, "", 3, TEXTS), "");
  assert.equal(sign(1, "Bob", 2.1, TEXTS), "Bob is still listening, 3 s");
  assert.equal(sign(1, "Bob", -0.4, TEXTS), "Bob is still listening, 1 s", "a little longer than was thought");
  assert.equal(sign(1, "Bob", null, TEXTS), "Bob is still listening");
  assert.equal(sign(2, "", 4, TEXTS), "2 people are still listening, 4 s");
});
