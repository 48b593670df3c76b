import assert from "node:assert/strict";
import { test } from "node:test";

import { Signalling } from "../src/signalling.js";

const HELLO = { resume: "r", producers: [], participants: [], notices: [] };
const SAYS = { code: "shutting_down", message: "The server is restarting.", retry: true };

/** An SFU that answers `hello` while it is up, and says why it goes. */
class Socket extends EventTarget {
  static OPEN = 1;
  static up = true;
  /** @type {Socket[]} */
  static all = [];
  readyState = 0;

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    Socket.all.push(this);
    queueMicrotask(() => (Socket.up ? this.#open() : this.close(1006)));
  }

  #open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** @param {string} text */
  send(text) {
    this.tell({ id: JSON.parse(text).id, ok: HELLO });
  }

  /** @param {object} message */
  tell(message) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }

  close(code = 1005) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

/** Until the listener has been told so, or hello has been answered. */
function page() {
  /** @type {string[]} */
  const told = [];
  /** @type {(() => void)[]} */
  let waiting = [];
  const signalling = new Signalling("/token", "csrf", {
    onHello: () => note("hello"),
    onEvent: () => {},
    onStatus: (status) => note(status),
  });
  /** @param {string} what */
  function note(what) {
    told.push(what);
    for (const wake of waiting.splice(0)) wake();
  }
  /** @param {number} count */
  async function after(count) {
    while (told.length < count) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    return told;
  }
  return { signalling, after };
}

test("a restart is told as such until the SFU is back, a lost connection as lost", async (context) => {
  const window = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
  Object.assign(globalThis, { window, WebSocket: Socket });
  context.mock.method(globalThis, "fetch", async () => Response.json({ token: "t", url: "ws://sfu", ice_servers: [] }));
  context.mock.method(console, "warn", () => {});
  const { signalling, after } = page();
  const running = signalling.run();
  assert.deepEqual(await after(2), ["connecting", "hello"]);

  Socket.up = false;
  const first = /** @type {Socket} */ (Socket.all.at(-1));
  first.tell({ event: "closing", data: SAYS });
  first.close(1001);
  assert.deepEqual((await after(4)).slice(2), ["restarting", "restarting"], "an attempt that fails changes nothing");
  assert.equal(signalling.lost, "restarting");

  Socket.up = true;
  while ((await after(1)).at(-1) !== "hello") await after((await after(1)).length + 1);
  /** @type {Socket} */ (Socket.all.at(-1)).close(1006);
  const told = await after((await after(1)).length + 1);
  assert.equal(told.at(-1), "reconnecting");
  signalling.stop();
  await running;
});

test("a page goes to where the room's call has moved, whatever it was waiting for", async (context) => {
  const window = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
  Object.assign(globalThis, { window, WebSocket: Socket });
  let place = "ws://one";
  const tokens = context.mock.method(globalThis, "fetch", async () => Response.json({ token: "t", url: place, ice_servers: [] }));
  context.mock.method(console, "warn", () => {});
  const { signalling, after } = page();
  signalling.move("ws://one"); // before it is anywhere
  const running = signalling.run();
  assert.deepEqual(await after(2), ["connecting", "hello"]);
  const sockets = Socket.all.length;
  signalling.move("ws://one");
  assert.equal(Socket.all.length, sockets, "it is there");

  place = "ws://two";
  signalling.move("ws://two");
  signalling.move("ws://two"); // by its other feed
  assert.deepEqual((await after(4)).slice(2), ["moving", "hello"], "at once, and said as such");
  assert.equal(tokens.mock.callCount(), 2);
  assert.equal(/** @type {Socket} */ (Socket.all.at(-1)).url, "ws://two");
  assert.equal(signalling.lost, "reconnecting");

  Socket.up = false;
  /** @type {Socket} */ (Socket.all.at(-1)).close(1006);
  await after(7); // it has failed again, and waits
  [Socket.up, place] = [true, "ws://three"];
  signalling.move("ws://three");
  while ((await after(1)).at(-1) !== "hello") await after((await after(1)).length + 1);
  assert.equal(/** @type {Socket} */ (Socket.all.at(-1)).url, "ws://three");

  place = "ws://four";
  const there = /** @type {Socket} */ (Socket.all.at(-1));
  const before = (await after(1)).length;
  there.tell({ event: "closing", data: { code: "moved", message: "It is held on another server.", retry: true } });
  there.close(4421);
  assert.deepEqual((await after(before + 2)).slice(before), ["moving", "hello"], "told by the SFU itself");
  assert.equal(/** @type {Socket} */ (Socket.all.at(-1)).url, "ws://four");
  signalling.stop();
  await running;
});

for (const [when, hold] of Object.entries({
  "the token is on its way": { answer: async () => Response.json({ token: "t", url: "ws://sfu", ice_servers: [] }) },
  "the web server is slow to refuse it": { answer: async () => new Response("", { status: 503 }) },
  "the network is away": { answer: () => Promise.reject(new TypeError("Failed to fetch")) },
})) {
  test(`a page that leaves while ${when} does not come back`, async (context) => {
    const window = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
    Object.assign(globalThis, { window, WebSocket: Socket });
    Socket.up = true;
    Socket.all.length = 0;
    /** @type {(value?: unknown) => void} */
    let answer = () => {};
    const asked = new Promise((resolve) => {
      context.mock.method(globalThis, "fetch", async () => {
        resolve(undefined);
        await new Promise((held) => (answer = held));
        return hold.answer();
      });
    });
    context.mock.method(console, "warn", () => {});
    const { signalling, after } = page();
    const running = signalling.run();
    await asked;
    signalling.stop();
    answer();
    await running;
    assert.deepEqual(Socket.all, [], "no socket is opened");
    assert.deepEqual(await after(1), ["connecting"]);
  });
}

test("new choices are told until they are heard, whatever fails on the way, and the last ones alone", async (context) => {
  const window = Object.assign(new EventTarget(), { setTimeout: (/** @type {() => void} */ run) => setTimeout(run, 1), clearTimeout });
  Object.assign(globalThis, { window, WebSocket: Socket });
  context.mock.method(console, "warn", () => {});
  let asked = 0;
  const fails = [() => new Response("", { status: 503 }), () => Promise.reject(new TypeError("Failed to fetch")), () => new Response("", { status: 502 })];
  context.mock.method(globalThis, "fetch", async () => {
    asked += 1;
    if (asked > 1 && fails.length) return /** @type {() => any} */ (fails.shift())();
    return Response.json({ token: `t${asked}`, url: "ws://sfu", ice_servers: [] });
  });
  /** @type {any[]} */
  const sent = [];
  context.mock.method(Socket.prototype, "send", /** @this {Socket} */ function (/** @type {string} */ text) {
    const { id, method, data } = JSON.parse(text);
    if (method === "renew") sent.push(data.token);
    this.tell({ id, ok: HELLO });
  });
  const { signalling, after } = page();
  const running = signalling.run();
  await after(2);
  await Promise.all([signalling.renew(), signalling.renew()]);
  assert.equal(sent.length, 1, "the earlier ones are no longer of interest");
  assert.equal(sent[0], `t${asked}`);
  assert.deepEqual(fails, []);
  signalling.stop();
  await running;
});

test("choices that change while the page connects are told on the connection that comes of it", async (context) => {
  const window = Object.assign(new EventTarget(), { setTimeout, clearTimeout });
  Object.assign(globalThis, { window, WebSocket: Socket });
  context.mock.method(console, "warn", () => {});
  /** @type {(() => void)[]} */
  const held = [];
  let asked = 0;
  context.mock.method(globalThis, "fetch", async () => {
    const mine = ++asked;
    if (mine === 1) await new Promise((resolve) => held.push(() => resolve(undefined)));
    return Response.json({ token: `t${mine}`, url: "ws://sfu", ice_servers: [] });
  });
  /** @type {string[]} */
  const sent = [];
  const told = new Promise((resolve) => {
    context.mock.method(Socket.prototype, "send", /** @this {Socket} */ function (/** @type {string} */ text) {
      const { id, method, data } = JSON.parse(text);
      sent.push(`${method} ${data.token}`);
      this.tell({ id, ok: HELLO });
      if (method === "renew") resolve(undefined);
    });
  });
  const { signalling } = page();
  const running = signalling.run();
  await new Promise((resolve) => setImmediate(resolve));
  await signalling.renew();
  held.forEach((answer) => answer());
  await told;
  assert.deepEqual(sent, ["hello t1", "renew t2"]);
  signalling.stop();
  await running;
});
