import assert from "node:assert/strict";
import { test } from "node:test";

import { FeedHub, isOlder, MOST_FEEDS } from "../src/feed_hub.js";

/** A server with one room's captions, and the connections that are open to it. */
class Server {
  /** @type {{ id: string, data: string }[]} */
  captions = [];
  /** @type {Connection[]} */
  all = [];
  hub = new FeedHub((url, after) => new Connection(this, url, after));

  get open() {
    return this.all.filter((one) => !one.closed);
  }

  /** @param {string} id "" for an interim */
  say(id, data = id) {
    if (id) this.captions.push({ id, data });
    for (const one of this.open) one.give(id, data);
  }

  /** A tab that was rendered with the captions up to one. */
  tab(after = "", url = "http://x/feed", few = true) {
    const heard = [];
    const told = [];
    const tab = (one) => (told.push(one.say), one.say === "message" && heard.push(one.data));
    this.hub.join(tab, url, after, few);
    return { heard, told, leave: () => this.hub.leave(tab) };
  }
}

/** What a `CaptionSource` is to the hub; like an EventSource, it repeats the last id with what has none. */
class Connection {
  onopen = null;
  onerror = null;
  closed = false;
  #listeners = {};
  #id = "";

  constructor(server, url, after) {
    this.server = server;
    this.url = url;
    this.after = after;
    server.all.push(this);
  }

  addEventListener(type, listener) {
    this.#listeners[type] = listener;
  }

  /** The connection comes about: what was said after its place is given at once. */
  begin() {
    this.#id = "";
    this.onopen?.(new Event("open"));
    const from = this.after ? this.server.captions.findIndex(({ id }) => id === this.after) + 1 : 0;
    for (const { id, data } of this.server.captions.slice(from)) this.give(id, data);
    return this;
  }

  give(id, data, type = "caption") {
    if (id) this.#id = this.after = id;
    this.#listeners[type]?.({ type, data, lastEventId: this.#id });
  }

  goBack(after) {
    this.after = after;
    this.begin();
  }

  lose() {
    this.onerror?.(new Event("error"));
    this.begin();
  }

  close() {
    this.closed = true;
  }
}

test("tabs with the same feed have one connection, which goes with the last of them", () => {
  const server = new Server();
  const tabs = Array.from({ length: 20 }, () => server.tab());
  assert.equal(server.all.length, 1);
  server.open[0].begin();
  server.say("1-0");
  for (const { heard, told } of tabs) assert.deepEqual([heard, told[0]], [["1-0"], "open"]);
  tabs.forEach(({ leave }, index) => {
    assert.equal(server.open.length, 1, `tab ${index} is not the last`);
    leave();
  });
  assert.equal(server.open.length, 0);
});

test("each tab is told everything after its own captions, once, whenever it comes", () => {
  for (const lost of [false, true]) {
    const server = new Server();
    server.captions = ["1-0", "2-0", "3-0"].map((id) => ({ id, data: id }));
    const first = server.tab("2-0");
    server.open[0].begin();
    server.say("4-0");
    const fresh = server.tab("4-0");
    const late = server.tab("3-0");
    const old = server.tab("1-0"); // rendered long before: further back than the connection has been
    const empty = server.tab("");
    if (lost) server.open[0].lose();
    server.say("5-0");
    const expected = (after) => server.captions.map(({ id }) => id).filter((id) => isOlder(after, id));
    for (const [tab, after] of [[first, "2-0"], [fresh, "4-0"], [late, "3-0"], [old, "1-0"], [empty, ""]]) {
      assert.deepEqual(tab.heard, expected(after), `after ${after || "nothing"}, connection ${lost ? "lost" : "kept"}`);
    }
    assert.equal(server.all.length, 1);
  }
});

test("interim captions, which have no id of their own, come to every tab and are taken for no repetition", () => {
  const server = new Server();
  const one = server.tab();
  server.open[0].begin();
  server.say("1-0");
  server.say("", "so far");
  server.say("", "so far and on");
  const two = server.tab("1-0");
  server.say("", "and on");
  server.say("2-0");
  server.open[0].lose();
  server.say("", "again");
  assert.deepEqual(one.heard, ["1-0", "so far", "so far and on", "and on", "2-0", "again"]);
  assert.deepEqual(two.heard, ["so far", "so far and on", "and on", "2-0", "again"]);
});

test("where the call is held is told to the tabs that are there, and kept for nobody", () => {
  const server = new Server();
  const there = server.tab();
  server.open[0].begin().give("", "wss://two", "sfu");
  server.say("1-0");
  const later = server.tab();
  assert.deepEqual([there.heard, later.heard], [["wss://two", "1-0"], ["1-0"]]);
});

test("what is no longer kept is asked for again, and told to nobody twice", () => {
  const server = new Server();
  const first = server.tab();
  server.open[0].begin();
  for (let n = 1; n <= 800; n++) server.say(`${n}-0`);
  const late = server.tab("5-0");
  server.say("801-0");
  assert.equal(first.heard.length, 801);
  assert.deepEqual(late.heard, server.captions.slice(5).map(({ id }) => id));
});

test("a tab that is ahead of a connection which lags is told what is new, and the others what they lack", () => {
  const server = new Server();
  const first = server.tab();
  server.captions = ["1-0", "2-0"].map((id) => ({ id, data: id }));
  const ahead = server.tab("2-0"); // its page came while the connection was still being made
  server.open[0].begin();
  server.say("3-0");
  assert.deepEqual(first.heard, ["1-0", "2-0", "3-0"]);
  assert.deepEqual(ahead.heard.slice(-1), ["3-0"]);
});

test("over few connections more feeds wait, say so, and begin when there is place", () => {
  const server = new Server();
  const tabs = Array.from({ length: MOST_FEEDS + 3 }, (_, n) => server.tab("", `http://x/${n}`));
  assert.equal(server.open.length, MOST_FEEDS);
  assert.deepEqual(tabs.map(({ told }) => told.includes("full")), tabs.map((_, n) => n >= MOST_FEEDS));
  const beside = server.tab("", "http://x/0");
  assert.ok(!beside.told.includes("full"), "a feed that is open has place for any number of tabs");
  tabs[1].leave();
  assert.equal(server.open.length, MOST_FEEDS);
  server.open.at(-1).begin();
  assert.deepEqual(tabs[MOST_FEEDS].told, ["full", "open"]);
  server.open[0].give("", "closed", "end");
  assert.equal(server.open.filter(({ url }) => url === `http://x/${MOST_FEEDS + 1}`).length, 1, "the end of a room makes place");
  const plenty = Array.from({ length: 9 }, (_, n) => server.tab("", `https://x/${n}`, false));
  assert.ok(plenty.every(({ told }) => !told.includes("full")), "over HTTP/2 there is no such limit");
});

test("of tabs that wait for a feed, the one that needs most decides where it begins", () => {
  const server = new Server();
  const others = Array.from({ length: MOST_FEEDS }, (_, n) => server.tab("", `http://x/${n}`));
  server.captions = ["1-0", "2-0", "3-0"].map((id) => ({ id, data: id }));
  const waiting = ["3-0", "1-0", "2-0"].map((after) => server.tab(after));
  others[0].leave();
  server.open.at(-1).begin();
  assert.deepEqual(waiting[1].heard, ["2-0", "3-0"]);
});

test("ids are compared within a life of the stream alone", () => {
  assert.equal(isOlder("999-2", "999-10"), true);
  assert.equal(isOlder("1000-0", "999-10"), false);
  assert.equal(isOlder("1-0-aaaaaaaa", "2-0-aaaaaaaa"), true);
  assert.equal(isOlder("1-0-aaaaaaaa", "2-0-bbbbbbbb"), undefined);
  assert.deepEqual([isOlder("", "1-0"), isOlder("1-0", ""), isOlder("1-0", "1-0")], [true, false, false]);
});

test("of a line that grows, tabs that come later are told the newest, however often it grew", () => {
  const server = new Server();
  const first = server.tab();
  server.all[0].begin();
  const fragment = (id, text) => `<li id="${id}" hx-swap-oob="true">${text}</li>`;
  server.say("1-0", fragment("u-s1", "Before."));
  for (let words = 1; words <= 600; words++) server.say("", fragment("u-s2", "word ".repeat(words)));
  server.say("", fragment("t-s2", "palavra"));
  const late = server.tab("1-0");
  assert.deepEqual(late.heard, [fragment("u-s2", "word ".repeat(600)), fragment("t-s2", "palavra")]);
  server.say("2-0", fragment("u-s2", "Words."));
  assert.deepEqual(server.tab("1-0").heard, [fragment("t-s2", "palavra"), fragment("u-s2", "Words.")]);
  assert.equal(server.all.length, 1, "the feed need not go back");
  assert.equal(first.heard.length, 603);
});
