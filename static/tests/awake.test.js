/** The screen stays on while it is read, is asked for once at a time, and goes off again afterwards. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Awake, tendAwake } from "../src/awake.js";
import { settled } from "./devices.support.js";

/** A screen: what holds it on, and how the browser answers. */
class Screen {
  /** @type {{ released: boolean, release: () => Promise<void> }[]} */
  locks = [];
  asked = 0;
  refuses = false;
  /** @type {Promise<void> | null} what the browser's answer waits for */
  slow = null;

  get held() {
    return this.locks.filter(({ released }) => !released).length;
  }

  async request() {
    this.asked++;
    await this.slow;
    if (this.refuses) throw new DOMException("", "NotAllowedError");
    const lock = { released: false, release: async () => void (lock.released = true) };
    this.locks.push(lock);
    return lock;
  }
}

let screen = new Screen();
const page = Object.assign(new EventTarget(), { hidden: false });

function look(hidden) {
  page.hidden = hidden;
  if (hidden) for (const lock of screen.locks) lock.released = true; // as browsers do
  page.dispatchEvent(new Event("visibilitychange"));
  return settled();
}

beforeEach((context) => {
  screen = new Screen();
  page.hidden = false;
  globalThis.document = page;
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: screen }, configurable: true, writable: true });
  context.mock.method(console, "debug", () => {});
});

/** What happens after the start → how often the screen is asked for, and whether it is held then. */
const COURSES = {
  "nothing more": [async () => {}, 1, 1],
  "hidden": [() => look(true), 1, 0],
  "hidden and back": [async () => (await look(true), await look(false)), 2, 1],
  "back without having been away": [async () => (await look(false), await look(false)), 1, 1],
  "left": [async (awake) => awake.stop(), 1, 0],
  "left, then looked at again": [async (awake) => (awake.stop(), await look(false)), 1, 0],
  "hidden, left, and back": [async (awake) => (await look(true), awake.stop(), await look(false)), 1, 0],
  "taken by the system, and back": [async () => (await screen.locks[0].release(), await look(false)), 2, 1],
};

for (const [course, [act, asked, held]] of Object.entries(COURSES)) {
  test(`${course}: the screen is ${held ? "on" : "free"}`, async () => {
    const awake = new Awake();
    awake.start();
    await settled();
    await act(awake);
    await settled();
    assert.deepEqual([screen.asked, screen.held], [asked, held]);
    awake.stop();
    await settled();
    assert.equal(screen.held, 0);
  });
}

test("a switch turned off lets the screen go off, is remembered, and counts for every later page", async () => {
  const kept = new Map();
  globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  globalThis.HTMLInputElement = class extends EventTarget {
    checked = true;
    label = { hidden: false };
    closest() {
      return this.label;
    }
  };
  const box = new HTMLInputElement();
  const awake = new Awake();
  tendAwake(awake, box);
  awake.start();
  await settled();
  assert.deepEqual([box.checked, box.label.hidden, screen.held], [true, false, 1]);
  box.checked = false;
  box.dispatchEvent(new Event("change"));
  await settled();
  await look(false);
  assert.equal(screen.held, 0);
  awake.stop();

  const next = new Awake();
  const nextBox = new HTMLInputElement();
  tendAwake(next, nextBox);
  next.start();
  await settled();
  assert.deepEqual([nextBox.checked, screen.held], [false, 0]);
  nextBox.checked = true;
  nextBox.dispatchEvent(new Event("change"));
  await settled();
  assert.equal(screen.held, 1);
  next.stop();
  await settled();
});

test("a page that begins hidden asks when it is looked at", async () => {
  page.hidden = true;
  new Awake().start();
  await settled();
  assert.equal(screen.asked, 0);
  await look(false);
  assert.equal(screen.held, 1);
});

test("an answer that comes after the page has left holds nothing", async () => {
  let answer = () => {};
  screen.slow = new Promise((resolve) => (answer = resolve));
  const awake = new Awake();
  awake.start();
  await look(false);
  assert.equal(screen.asked, 1, "asked once at a time");
  awake.stop();
  answer();
  await settled();
  assert.deepEqual([screen.locks.length, screen.held], [1, 0]);
});

test("a refusal is no error, and the next look asks again", async () => {
  screen.refuses = true;
  const awake = new Awake();
  awake.start();
  await settled();
  screen.refuses = false;
  await look(false);
  assert.equal(screen.held, 1);
});

test("a browser without such locks is left alone", async () => {
  globalThis.navigator = {};
  const awake = new Awake();
  awake.start();
  await look(false);
  awake.stop();
});
