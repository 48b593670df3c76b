import assert from "node:assert/strict";
import { test } from "node:test";

import { Transports } from "../src/transports.js";

/** A transport whose path has broken, and that works again once ICE has been restarted. */
class Transport {
  id = "t";
  direction = "send";
  connectionState = "failed";
  /** @type {string[]} what was done to it, in order */
  done = [];
  on() {}
  close() {}
  async getStats() {
    return new Map();
  }
  /** @param {{ iceServers: RTCIceServer[] }} servers */
  async updateIceServers({ iceServers }) {
    this.done.push(`servers ${iceServers[0]?.username}`);
  }
  async restartIce() {
    this.done.push("restart");
    this.connectionState = "connected";
  }
}

/**
 * @param {number} until
 * @param {() => Promise<any>} renew
 */
async function repaired(until, renew) {
  const window = { setInterval: () => 0, clearInterval: () => {}, setTimeout, clearTimeout };
  Object.assign(globalThis, { window });
  const transport = new Transport();
  const link = { connection: { open: true }, roundTrip: 1, request: async () => ({ transportId: "t", iceParameters: {} }) };
  const ice = { iceServers: [{ urls: "turn:x", username: "old" }], iceTransportPolicy: "all", until, renew };
  const transports = new Transports(/** @type {any} */ (link), /** @type {any} */ (ice), () => false, () => {});
  transports.start(/** @type {any} */ ({ createSendTransport: () => transport }));
  await transports.get("send");
  await transports.resume(/** @type {any} */ (ice));
  while (!transport.done.includes("restart")) await new Promise((resolve) => setTimeout(resolve, 5));
  transports.close();
  return transport.done;
}

test("an ICE restart after hours gets credentials that are still good", async () => {
  let asked = 0;
  const renew = async () => {
    asked += 1;
    return { iceServers: [{ urls: "turn:x", username: "new" }], iceTransportPolicy: "all", until: Infinity, renew };
  };
  assert.deepEqual(await repaired(performance.now() - 1, renew), ["servers old", "servers new", "restart"]);
  assert.deepEqual(await repaired(performance.now() + 60_000, renew), ["servers old", "restart"]);
  assert.equal(asked, 1);
});

test("it goes on without them where the web server does not answer", async (context) => {
  context.mock.method(console, "warn", () => {});
  const renew = () => Promise.reject(new Error("away"));
  assert.deepEqual(await repaired(0, renew), ["servers old", "restart"]);
});
