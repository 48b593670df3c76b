/** Lines that are typed: in order, each once, and none lost where it could not be sent. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { RequestError } from "../src/connection.js";
import { failureOf, Lines } from "../src/typing.js";

/** @param {string} code */
const refusal = (code) => new RequestError("type", { code, message: code });

/** An SFU that answers when it is told to, and remembers what came. */
function slow() {
  /** @type {import("../src/typing.js").Line[]} */
  const came = [];
  /** @type {{ resolve: () => void, reject: (error: Error) => void }[]} */
  const waiting = [];
  const send = (/** @type {import("../src/typing.js").Line} */ line) =>
    new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
      came.push(line);
      waiting.push({ resolve: () => resolve(), reject });
    });
  return { came, waiting, lines: new Lines(send) };
}

/** Lets all that can go on now go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a line waits for the answer to the one before it, and says then whether it is to be spoken", async () => {
  const { came, waiting, lines } = slow();
  let spoken = false;
  const first = lines.say("one", () => spoken);
  assert.equal(await lines.say("two", () => spoken), null);
  assert.deepEqual(came.map(({ text }) => text), ["one"]);
  spoken = true;
  waiting.shift()?.resolve();
  await settled();
  assert.deepEqual(came.map((line) => [line.text, line.spoken]), [["one", false], ["two", true]]);
  waiting.shift()?.resolve();
  assert.equal(await first, null);
  assert.notEqual(came[0]?.line, came[1]?.line);
});

test("what was not taken comes back with what waits behind it, in order, and is the same line when it is sent again", async () => {
  const { came, waiting, lines } = slow();
  const first = lines.say("one", () => false);
  void lines.say("two", () => false);
  waiting.shift()?.reject(refusal("closed"));
  const failed = await first;
  assert.deepEqual([failed?.unsent, failed && failureOf(failed.error)], ["one two", "typedLost"]);
  void lines.say("one", () => false);
  assert.equal(came[1]?.line, came[0]?.line);
  waiting.shift()?.resolve();
  await settled();
  void lines.say("one", () => false);
  assert.notEqual(came[2]?.line, came[1]?.line, "the same words once more are another line");
});

test("what may have arrived is the same line also with more behind it", async () => {
  const { came, waiting, lines } = slow();
  const first = lines.say("one", () => false);
  waiting.shift()?.reject(refusal("timeout"));
  await first;
  void lines.say("one two", () => false);
  waiting.shift()?.resolve();
  await settled();
  assert.deepEqual(came.map(({ text }) => text), ["one", "one", "two"]);
  assert.equal(came[1]?.line, came[0]?.line);
});

test("why a line was not taken is said as what to do", () => {
  const codes = ["timeout", "limit", "forbidden", "unavailable", "bad_request"];
  assert.deepEqual(codes.map((code) => failureOf(refusal(code))), ["typedLost", "typedTooMany", "typedForbidden", "typedFailed", "typedFailed"]);
  assert.equal(failureOf(new TypeError("of our own")), "typedFailed");
});
