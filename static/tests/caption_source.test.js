/** A feed that has died without a word is opened again, and one on which nobody speaks is left alone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { CaptionSource, SILENT_MS } from "../src/caption_source.js";

/** A connection to the server, of which nothing is known but what comes. */
class Connection extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  /** @type {Connection[]} */
  static all = [];
  readyState = Connection.CONNECTING;

  constructor(url) {
    super();
    this.after = new URL(url).searchParams.get("after") ?? "";
    Connection.all.push(this);
  }

  close() {
    this.readyState = Connection.CLOSED;
  }

  begin() {
    this.readyState = Connection.OPEN;
    this.onopen?.(new Event("open"));
    return this;
  }

  fail() {
    this.onerror?.(new Event("error"));
  }

  give(type, lastEventId = "") {
    this.dispatchEvent(Object.assign(new Event(type), { lastEventId, data: "" }));
    return this;
  }
}

beforeEach((context) => {
  Connection.all = [];
  Object.assign(globalThis, { EventSource: Connection, location: { href: "http://x/" } });
  globalThis.addEventListener ??= () => {};
  globalThis.removeEventListener ??= () => {};
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 1);
});

const last = () => Connection.all.at(-1);
const open = () => Connection.all.filter(({ readyState }) => readyState !== Connection.CLOSED);

function feed() {
  const source = new CaptionSource("http://x/feed");
  const errors = [];
  source.addEventListener("caption", () => {});
  source.addEventListener("end", () => {});
  source.onerror = () => errors.push(1);
  return { source, errors };
}

/** What came before the silence: the id after which the next connection must begin. */
const BEFORE = {
  "nothing, not even an answer": [() => {}, ""],
  "an answer": [() => last().begin(), ""],
  "a caption": [() => last().begin().give("caption", "5-0-a"), "5-0-a"],
  "an interim, which has no id of its own": [() => last().begin().give("caption", "5-0-a").give("caption", "5-0-a"), "5-0-a"],
  "a caption and the server's word": [() => last().begin().give("caption", "5-0-a").give("here", "5-0-a"), "5-0-a"],
  "only the server's word": [() => last().begin().give("here"), ""],
  "a lost connection and the next one": [(context) => (last().fail(), context.mock.timers.tick(400), last().begin()), ""],
  "another silence": [(context) => (last().begin().give("caption", "6-0-a"), context.mock.timers.tick(SILENT_MS)), "6-0-a"],
  "going back": [(_, { source }) => (last().begin().give("caption", "7-0-a"), source.goBack("2-0-a")), "2-0-a"],
  "going back, and a caption": [(_, { source }) => (source.goBack("2-0-a"), last().begin().give("caption", "3-0-a")), "3-0-a"],
};

for (const [name, [begin, after]] of Object.entries(BEFORE)) {
  test(`silence after ${name}`, (context) => {
    const one = feed();
    begin(context, one);
    const before = Connection.all.length;
    const told = one.errors.length;
    context.mock.timers.tick(SILENT_MS - 1);
    assert.equal(Connection.all.length, before);
    context.mock.timers.tick(1);
    assert.equal(Connection.all.length, before + 1);
    assert.deepEqual(open(), [last()], "the dead one is closed");
    assert.equal(last().after, after);
    assert.equal(one.errors.length, told + 1);
    last().begin();
    assert.equal(one.source.readyState, Connection.OPEN);
  });
}

test("where the server says that it is there nothing is opened again, however long nobody speaks", (context) => {
  feed();
  last().begin();
  for (let minute = 0; minute < 60; minute++) {
    for (const _ of Array(6)) {
      context.mock.timers.tick(10_000);
      last().give("here");
    }
  }
  assert.equal(Connection.all.length, 1);
});

for (const [name, end] of Object.entries({
  "the room is closed": () => last().begin().give("end"),
  "the page leaves": ({ source }) => source.close(),
  "the page leaves before an answer to its second attempt": ({ source }) => (last().fail(), source.close()),
})) {
  test(`nothing is opened again after ${name}`, (context) => {
    const one = feed();
    end(one);
    context.mock.timers.tick(10 * SILENT_MS);
    assert.deepEqual(open(), []);
    assert.equal(Connection.all.length, 1);
  });
}
