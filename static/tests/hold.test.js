/** What is held, and locked with a quick press. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Hold, isMeant, QUICK_MS } from "../src/hold.js";
import { said } from "../src/talking.js";

function held() {
  const clock = { now: 0 };
  const states = [];
  const hold = new Hold(() => states.push(hold.state), () => clock.now);
  const press = (ms) => {
    hold.press();
    clock.now += ms;
    hold.release();
  };
  return { hold, states, press };
}

test("it holds for as long as it is pressed, however often the key repeats", () => {
  const { hold, states } = held();
  hold.press();
  hold.press();
  assert.equal(hold.on, true);
  const { press, states: long } = held();
  press(QUICK_MS);
  assert.deepEqual(long, ["held", "off"]);
  assert.deepEqual(states, ["held"]);
});

test("a quick press locks until the next one, quick or not", () => {
  for (const next of [10, 5_000]) {
    const { states, press } = held();
    press(QUICK_MS - 1);
    press(next);
    press(5_000);
    assert.deepEqual(states, ["held", "locked", "held", "off", "held", "off"]);
  }
});

test("a page that loses the keyboard lets go and locks nothing; a lock stays", () => {
  const { hold, states, press } = held();
  hold.press();
  hold.lose();
  hold.release();
  assert.deepEqual(states, ["held", "off"]);
  press(10);
  hold.lose();
  assert.equal(hold.state, "locked");
  hold.end();
  assert.equal(hold.state, "off");
});

test("a press without holding, as of a screen reader, turns it over", () => {
  const { hold } = held();
  hold.tap();
  assert.equal(hold.state, "locked");
  hold.tap();
  assert.equal(hold.state, "off");
});

test("a key is meant unless somebody types, presses something else or means the browser", () => {
  const on = (...those) => ({ matches: (selector) => selector.split(", ").some((one) => those.includes(one)) });
  assert.equal(isMeant({ key: " " }, " ", null), true);
  assert.equal(isMeant({ key: " " }, " ", on("body")), true);
  assert.equal(isMeant({ key: " " }, " ", on("button")), false);
  assert.equal(isMeant({ key: " " }, " ", on("textarea")), false);
  assert.equal(isMeant({ key: " ", ctrlKey: true }, " ", null), false);
  assert.equal(isMeant({ key: "O" }, "o", on("button")), true);
  assert.equal(isMeant({ key: "o" }, "o", on("textarea")), false);
  assert.equal(isMeant({ key: "p" }, "o", null), false);
});

test("what is said of one's voice is how it is used", () => {
  assert.equal(said(false, "off", false), "");
  assert.deepEqual(["off", "held", "locked"].map((state) => said(true, state, false)), ["talkOff", "talkOn", "talkOnLocked"]);
  assert.deepEqual([said(false, "off", true), said(true, "held", true)], ["talkApart", "talkApart"]);
});
