/** Raised hands: their order, and what is said of them. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Hands, sayRaised } from "../src/hands.js";
import { Roster } from "../src/roster.js";

const texts = {
  handRaised: "{name} up.",
  handsRaised: "{count} up.",
  handYours: "yours is {place}",
  handDown: "down",
  handLowered: "by a host",
};
const person = (id) => ({ id, meta: { name: id.toUpperCase(), speak: "en", read: "en", hear: "en" } });

beforeEach(() => {
  globalThis.document = /** @type {any} */ ({ getElementById: () => null });
  globalThis.window = /** @type {any} */ ({ setTimeout: (run) => setTimeout(run, 400) });
});

function call(hands = []) {
  const roster = new Roster("me", { hear: "en", hearDrafts: false, wholeSentences: false });
  const people = ["ana", "bob", "eve", "kim"].map(person);
  roster.reset(/** @type {any} */ ({ participants: people, producers: [], bridge: "up", hands }));
  const told = [];
  const own = new Hands(roster, { participant: "me", demo: false, texts }, (text) => told.push(text), () => {});
  const take = (event, data) => {
    assert.ok(roster.take(event, data));
    own.take(event, data);
  };
  return { roster, told, take };
}

test("hands keep the order raised, close up when one goes down, and go with their person", () => {
  const { roster, take } = call(["bob", "ana"]);
  take("handRaised", { participant: "me" });
  take("handRaised", { participant: "eve" });
  assert.deepEqual(["bob", "ana", "me", "eve", "kim"].map((id) => roster.hand(id)), [1, 2, 3, 4, 0]);
  take("handsLowered", { participants: ["ana"], by: "ana" });
  take("participantLeft", { id: "bob" });
  assert.deepEqual(roster.hands, ["me", "eve"]);
});

test("hands that go up together are said once and together; one that is down again is not", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { told, take } = call(["kim"]);
  for (const participant of ["ana", "bob", "eve"]) take("handRaised", { participant });
  take("handsLowered", { participants: ["bob"], by: "bob" });
  assert.deepEqual(told, [], "nothing is said of who was there before, or at once");
  mock.timers.tick(400);
  assert.deepEqual(told, ["ANA up. EVE up."]);
  take("handRaised", { participant: "bob" });
  mock.timers.tick(400);
  assert.deepEqual(told.at(-1), "BOB up.");
  mock.timers.reset();
});

test("one hears of one's own hand: which number it is, and that a host has lowered it", () => {
  const { told, take } = call(["ana"]);
  take("handRaised", { participant: "me" });
  take("handsLowered", { participants: ["me"], by: "me" });
  take("handRaised", { participant: "me" });
  take("handsLowered", { participants: ["ana", "me"], by: "kim" });
  assert.deepEqual(told, ["yours is 2", "down", "yours is 2", "by a host"]);
});

test("many are counted, not named", () => {
  assert.equal(sayRaised(["A", "B", "C"], texts), "A up. B up. C up.");
  assert.equal(sayRaised(["A", "B", "C", "D"], texts), "4 up.");
});
