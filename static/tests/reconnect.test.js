import assert from "node:assert/strict";
import { test } from "node:test";

import { backoffMs, nextStep, withinMs } from "../src/reconnect.js";

const closed = (code, closing = null) => ({ kind: "closed", code, closing });

test("waits double up to eight seconds, half of each is jitter", () => {
  assert.deepEqual([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1)), [400, 800, 1600, 3200]);
  assert.equal(backoffMs(5, 0), 4000);
  assert.equal(backoffMs(500, 1), 8000);
});

test("a step that is not answered is taken again soon, on a slow network later", () => {
  assert.deepEqual([0, 1, 2, 3, 500, Infinity].map(withinMs), [2000, 4000, 8000, 10_000, 10_000, 10_000]);
});

test("a lost connection is made again, soon at first", () => {
  assert.deepEqual(nextStep(closed(1006), 0, 0, 0), { waitMs: 200, say: "reconnecting" });
  assert.deepEqual(nextStep(closed(4000), 0, 0, 1), { waitMs: 0, say: "reconnecting" }, "given up by this page itself");
  assert.deepEqual(nextStep({ kind: "unreachable" }, 2, 0, 1), { waitMs: 1600, say: "reconnecting" });
  const died = { code: "worker_died", message: "the media worker died", retry: true };
  assert.ok("waitMs" in nextStep(closed(4503, died), 0, 0, 0.5));
});

test("a page replaced by a newer one stops", () => {
  assert.deepEqual(nextStep(closed(4409), 0, 0, 0), { stop: "replaced" });
  const closing = { code: "replaced", message: "", retry: false };
  assert.deepEqual(nextStep(closed(1006, closing), 0, 0, 0), { stop: "replaced" });
});

test("closing without retry stops", () => {
  const says = { removed: "removed", call_ended: "callEnded", replaced: "replaced", bad_frame: "notAllowed" };
  for (const [code, stop] of Object.entries(says)) {
    assert.deepEqual(nextStep(closed(1000, { code, message: "for good", retry: false }), 0, 0, 0), { stop });
  }
  assert.deepEqual(nextStep(closed(4410), 0, 0, 0), { stop: "roomClosed" });
  assert.deepEqual(nextStep(closed(4411), 0, 0, 0), { stop: "idleEnded" });
  assert.deepEqual(nextStep({ kind: "gone" }, 3, 0, 0), { stop: "roomClosed" }, "closed while this page was away");
});

test("a refused token is tried anew a few times, even when told not to retry with the old one", () => {
  const closing = { code: "unauthorized", message: "expired", retry: false };
  for (const outcome of [{ kind: "refused" }, closed(4401, closing)]) {
    assert.ok("waitMs" in nextStep(outcome, 0, 1, 0));
    assert.ok("waitMs" in nextStep(outcome, 1, 2, 0));
    assert.deepEqual(nextStep(outcome, 2, 3, 0), { stop: "notAllowed" });
  }
});

test("a full room is asked again, slowly, and says so", () => {
  assert.deepEqual(nextStep({ kind: "full" }, 0, 0, 1), { waitMs: 8000, say: "roomFull" });
});
