import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Loudspeaker } from "../src/loudspeaker.js";
import { Devices, settled } from "./devices.support.js";

let devices = new Devices();

beforeEach((context) => {
  devices = new Devices().install();
  globalThis.localStorage = { getItem: () => "headset" };
  context.mock.method(console, "warn", () => {});
});

/** A loudspeaker that was chosen as "headset"; what is played on, in order. */
function playing(refuses = () => false) {
  const played = [];
  const one = new Loudspeaker(async (id) => {
    if (refuses(id)) throw new DOMException("", "NotFoundError");
    played.push(id);
  });
  devices.addEventListener("devicechange", () => void one.look());
  return { one, played };
}

test("a loudspeaker that goes gives way to the system's, and takes over again", async () => {
  const { played } = playing();
  devices.have("audiooutput", "built-in", "headset");
  await settled();
  devices.pull("headset");
  await settled();
  devices.have("audiooutput", "built-in", "monitor");
  await settled();
  devices.have("audiooutput", "built-in", "headset");
  await settled();
  assert.deepEqual([played[0], played[1], played.at(-1)], ["headset", "", "headset"]);
  assert.equal(played[2], "");
});

test("one that refuses, whatever the list says, gives way too", async () => {
  const { one, played } = playing((id) => id === "headset");
  devices.have("audiooutput", "built-in", "headset");
  await one.look();
  assert.equal(played.at(-1), "");
});

test("where no loudspeaker is named, the chosen one is tried", async () => {
  const { one, played } = playing();
  await one.look();
  assert.deepEqual(played, ["headset"]);
});

test("where none plays at all, nothing is thrown, and the next change is another chance", async () => {
  let broken = true;
  const { one, played } = playing(() => broken);
  await one.look();
  broken = false;
  await one.look();
  assert.deepEqual(played, ["headset"]);
});

test("after the page has left, nothing is played on anything", async () => {
  const { one, played } = playing();
  const looking = one.look();
  one.stop();
  await looking;
  assert.deepEqual(played, []);
});
