/** The service worker: what it answers itself, and what it leaves to the server. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const ORIGIN = "https://calls.example";
const FILE = `${ORIGIN}/static/dist/call.js?v=1`;
/** @type {Map<string, (event: any) => void>} */
const listeners = new Map();
/** @type {() => Promise<any>} */
let open;
let offline = false;

globalThis.SHELL = { version: "1", offline: "/offline?lang=en", files: ["/static/dist/call.js?v=1"] };
globalThis.location = { origin: ORIGIN };
globalThis.caches = { open: () => open() };
globalThis.addEventListener = (name, listener) => listeners.set(name, listener);
globalThis.fetch = async () => {
  if (offline) throw new TypeError("no network");
  return "the server's";
};
await import("../src/shell.js");

beforeEach((context) => {
  offline = false;
  open = async () => ({ match: async (/** @type {string} */ address) => `held: ${address}` });
  context.mock.method(console, "debug", () => {});
});

/** What the page gets from the worker; null: nothing, the browser asks the server. */
async function answered(url, { method = "GET", mode = "cors" } = {}) {
  let answer = null;
  listeners.get("fetch")?.({ request: { url, method, mode }, respondWith: (given) => (answer = given) });
  return answer && (await answer);
}

test("it answers for the files it holds, and for a page without a network; for nothing else", async () => {
  assert.equal(await answered(FILE), `held: ${FILE}`);
  assert.equal(await answered(`${ORIGIN}/rooms/abc`, { mode: "navigate" }), "the server's");
  assert.equal(await answered(`${ORIGIN}/rooms/abc/captions`), null);
  assert.equal(await answered(`${ORIGIN}/rooms/abc/join`, { method: "POST", mode: "navigate" }), null);
  assert.equal(await answered(`${ORIGIN}/static/dist/call.js?v=2`), null, "of another build");
  assert.equal(await answered("https://other.example/static/dist/call.js?v=1"), null);
  offline = true;
  assert.equal(await answered(`${ORIGIN}/rooms/abc`, { mode: "navigate" }), "held: /offline?lang=en");
});

test("a browser whose caches do not open any more has everything from the server", async () => {
  open = () => Promise.reject(new DOMException("Unexpected internal error.", "UnknownError"));
  assert.equal(await answered(FILE), "the server's");
  offline = true;
  await assert.rejects(answered(`${ORIGIN}/rooms/abc`, { mode: "navigate" }), /no network/);
});
