/** What somebody is told of rights that come and go. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { changes } from "../src/hosting.js";

test("a change of rights is said as what it means for oneself", () => {
  /** @type {readonly import("../src/protocol.js").Right[]} */
  const speaker = ["audio", "video", "screen", "captions", "read"];
  assert.deepEqual(changes(speaker, speaker), []);
  assert.deepEqual(changes(speaker, [...speaker, "moderate"]), ["hostNow"]);
  assert.deepEqual(changes([...speaker, "moderate"], ["video", "screen", "read"]), ["hostNoMore", "voiceTaken"]);
  assert.deepEqual(changes(["read"], speaker), ["voiceGiven"]);
});
