/** What goes on when somebody is back at the page: after a locked screen, another app, a network that was away. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Microphone } from "../src/microphone.js";
import { SILENCED_MS, tendReturning } from "../src/returning.js";
import { Devices, settled } from "./devices.support.js";

let devices = new Devices();
const page = Object.assign(new EventTarget(), { hidden: false });

beforeEach((context) => {
  devices = new Devices().install();
  devices.have("audioinput", "built-in");
  page.hidden = false;
  globalThis.document = page;
  globalThis.window = Object.assign(new EventTarget(), {});
  globalThis.localStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  context.mock.method(console, "warn", () => {});
});

async function recording() {
  let now = 0;
  performance.now = () => (now += 10_000);
  const microphone = new Microphone(() => {});
  await microphone.ask();
  return microphone;
}

test("somebody is back when the page is seen again, thawed, or online, and not when it is hidden", () => {
  const over = new AbortController();
  let times = 0;
  tendReturning(() => times++, over.signal);
  page.dispatchEvent(new Event("visibilitychange"));
  page.dispatchEvent(new Event("resume"));
  window.dispatchEvent(new Event("online"));
  assert.equal(times, 3);
  page.hidden = true;
  page.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  assert.equal(times, 3);
  over.abort();
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(times, 3);
});

test("a microphone that a call on the phone has ended is asked for again on return", async () => {
  const microphone = await recording();
  devices.broken = "NotReadableError"; // the phone has it
  devices.pull("none");
  microphone.track.end();
  await settled();
  assert.equal(microphone.state, "none");
  devices.broken = "";
  await microphone.comeBack();
  assert.equal(microphone.state, "on");
  assert.equal(devices.open.length, 1);
});

test("one that stays silenced after return is opened anew; one that speaks again is left alone", async (context) => {
  const microphone = await recording();
  const { track } = microphone;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  track.silence(true);
  const back = microphone.comeBack();
  context.mock.timers.tick(SILENCED_MS);
  await back;
  assert.notEqual(microphone.track, track);
  assert.deepEqual([microphone.state, microphone.track.enabled, track.readyState], ["on", true, "ended"]);

  const { track: second } = microphone;
  second.silence(true);
  const again = microphone.comeBack();
  second.silence(false);
  context.mock.timers.tick(SILENCED_MS);
  await again;
  assert.equal(microphone.track, second);
});

test("a microphone that nobody lets this page have is not asked for by coming back", async () => {
  devices.broken = "NotAllowedError";
  const microphone = await recording();
  assert.equal(microphone.state, "denied");
  devices.broken = "";
  await microphone.comeBack();
  assert.equal(microphone.state, "denied");
});

test("a silenced microphone that the person has muted is opened anew only once they want to be heard", async (context) => {
  const microphone = await recording();
  const { track } = microphone;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  microphone.mute(true);
  track.silence(true);
  const back = microphone.comeBack();
  context.mock.timers.tick(SILENCED_MS);
  await back;
  assert.equal(microphone.track, track);
  const again = microphone.comeBack();
  microphone.mute(false);
  await again;
  context.mock.timers.tick(SILENCED_MS);
  context.mock.timers.reset();
  await settled();
  assert.notEqual(microphone.track, track);
  assert.deepEqual([microphone.state, track.readyState, devices.open.length], ["on", "ended", 1]);

  const { track: second } = microphone;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  second.silence(true);
  const third = microphone.comeBack();
  microphone.mute(true); // within the wait
  context.mock.timers.tick(SILENCED_MS);
  await third;
  assert.equal(microphone.track, second);
});
