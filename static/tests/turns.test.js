/** Whose turn it is: what the page says, what one may do, and when one's voice is heard. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Roster } from "../src/roster.js";
import { offered, said, Turns, way } from "../src/turns.js";

const turn = (speaker, heard = null) => ({ speaker, heard });

test("the page says whose turn it is, and whether the one before is still heard", () => {
  assert.equal(said(turn("me"), "me"), "turnYours");
  assert.equal(said(turn("ana"), "me"), "turnOf");
  assert.equal(said(turn(null, "ana"), "me"), "turnHeard");
  assert.equal(said(turn(null, "me"), "me"), "turnYoursHeard");
  assert.equal(said(turn(null), "me"), "turnFree");
});

test("it says how one comes to speak, to whoever may and does not yet", () => {
  assert.equal(way(turn("ana"), "me", true, 0), "turnAsk");
  assert.equal(way(turn(null), "me", true, 2), "turnComes");
  assert.equal(way(turn("me"), "me", true, 0), "");
  assert.equal(way(turn("ana"), "me", false, 1), "");
});

test("one ends one's own turn, and a host those of others, and the wait after them", () => {
  assert.equal(offered(turn("me"), "me", false), "turnEnd");
  assert.equal(offered(turn("ana"), "me", false), "");
  assert.equal(offered(turn("ana"), "me", true), "turnEndOf");
  assert.equal(offered(turn(null, "ana"), "me", false), "");
  assert.equal(offered(turn(null, "ana"), "me", true), "turnSkip");
  assert.equal(offered(turn(null), "me", true), "");
});

beforeEach(() => {
  globalThis.document = /** @type {any} */ ({ getElementById: () => null });
});

test("one's voice waits, opens with one's turn, and stays off until one turns it on where turns are taken no more", () => {
  const told = [];
  const roster = new Roster("me", { hear: "en" });
  const act = { ask: () => {}, voice: (waits, open) => told.push({ waits, open }), tell: (text) => told.push(text) };
  const texts = { turnsBegin: "begin", turnsOver: "over" };
  const turns = new Turns(roster, /** @type {any} */ ({ participant: "me", texts, reader: false }), act);
  turns.hold(["audio"]);
  const become = (now) => {
    roster.take("turn", { turn: now });
    turns.show();
    return told.splice(0);
  };
  turns.show();
  assert.deepEqual(told, []);
  assert.deepEqual(become(turn("ana")), [{ waits: true, open: false }, "begin"]);
  assert.deepEqual(become(turn(null, "ana")), []);
  assert.deepEqual(become(turn("me")), [{ waits: false, open: true }]);
  assert.deepEqual(become(turn(null, "me")), [{ waits: true, open: false }]);
  roster.take("interpreting", { pair: "pt>en", participant: "me" });
  assert.deepEqual(become(turn("ana")), [{ waits: false, open: false }], "who interprets is opened by that");
  roster.take("interpreting", { pair: "pt>en", participant: null });
  assert.deepEqual(become(turn("ana")), [{ waits: true, open: false }]);
  assert.deepEqual(become(null), [{ waits: false, open: false }, "over"]);
});

test("a press that was meant for the wait before one's own turn does not end that", () => {
  let press = () => {};
  const button = { textContent: "", hidden: true, addEventListener: (_type, act) => (press = act) };
  globalThis.document = /** @type {any} */ ({ getElementById: (id) => (id === "turn-end" ? button : null) });
  let now = 0;
  mock.method(performance, "now", () => now);
  const ended = [];
  const roster = new Roster("me", { hear: "en" });
  roster.host = true;
  const act = { ask: (_method, { participant }) => ended.push(participant), voice: () => {}, tell: () => {} };
  const turns = new Turns(roster, /** @type {any} */ ({ participant: "me", texts: {}, reader: false }), act);
  const become = (turn) => {
    roster.take("turn", { turn });
    turns.show();
  };
  become(turn(null));
  become(turn("me"));
  press();
  assert.deepEqual(ended.splice(0), ["me"], "it offered nothing before");
  become(turn("ana"));
  press();
  become(turn(null, "ana"));
  press();
  assert.deepEqual(ended.splice(0), ["ana", "ana"], "what comes of it takes nothing from anybody");
  become(turn("me"));
  press();
  now = 699;
  turns.show(); // as with anything that changes in the call
  press();
  assert.deepEqual(ended, []);
  now = 700;
  press();
  assert.deepEqual(ended, ["me"]);
  mock.restoreAll();
});
