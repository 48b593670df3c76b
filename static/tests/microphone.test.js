import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RequestError } from "../src/connection.js";
import { Microphone } from "../src/microphone.js";
import { keep } from "../src/stored.js";
import { Devices, settled } from "./devices.support.js";

/** What the others have of a microphone: its last track, and whether they are told that it is muted. */
class Session {
  track = null;
  muted = false;
  untranslated = false;
  sender = {
    send: async (_source, track) => void (this.track = track),
    setUntranslated: async (untranslated) => void (this.untranslated = untranslated),
    setMuted: async (_source, muted) => void (this.muted = muted),
  };
}

let devices = new Devices();
const kept = new Map();

beforeEach((context) => {
  devices = new Devices().install();
  devices.have("audioinput", "built-in", "headset", "webcam");
  kept.clear();
  globalThis.localStorage = { getItem: (key) => kept.get(key), setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  context.mock.timers.enable({ apis: ["Date"] });
  context.mock.method(console, "warn", () => {});
});

/** A microphone that is in a call and long in use. */
async function inCall(wanted = "headset", onRefused = () => {}) {
  keep("jbc.microphone", wanted);
  let now = 0;
  performance.now = () => (now += 10_000);
  const session = new Session();
  const one = new Microphone(() => {}, onRefused);
  devices.addEventListener("devicechange", () => void one.look());
  await one.ask();
  one.sendOn(session);
  await settled();
  return { one, session };
}

const used = (one) => one.track?.deviceId ?? null;

for (const [by, press] of Object.entries({ nobody: 0, "its person, before": 1 })) {
  test(`what the system silences is said on both sides, and taken back with it; muted by ${by}`, async () => {
    const { one, session } = await inCall();
    for (let times = 0; times < press; times++) one.toggle();
    const before = one.state;
    one.track.silence(true);
    await settled();
    assert.equal(one.state, press ? "muted" : "silenced");
    assert.equal(session.muted, true);
    one.track.silence(false);
    await settled();
    assert.equal(one.state, before);
    assert.equal(session.muted, before === "muted");
  });

  test(`a headset that is pulled out gives way to what there is, and takes over again; muted by ${by}`, async () => {
    const { one, session } = await inCall();
    for (let times = 0; times < press; times++) one.toggle();
    const before = one.state;
    devices.pull("headset");
    await settled();
    assert.deepEqual([used(one), one.state, session.track], ["built-in", before, one.track]);
    assert.equal(one.track.enabled, before === "on");
    devices.have("audioinput", "built-in", "headset");
    await settled();
    assert.deepEqual([used(one), one.state, session.track], ["headset", before, one.track]);
    assert.deepEqual([session.muted, one.track.enabled], [before === "muted", before === "on"]);
    assert.deepEqual(devices.open, [one.track], "nothing else is left open");
  });

  test(`the last microphone that goes is told as muted, and comes back by itself; muted by ${by}`, async () => {
    devices.list = [];
    devices.have("audioinput", "headset");
    const { one, session } = await inCall();
    for (let times = 0; times < press; times++) one.toggle();
    const before = one.state;
    devices.pull("headset");
    await settled();
    assert.deepEqual([one.state, session.muted], ["none", true]);
    devices.have("audioinput", "another");
    await settled();
    assert.deepEqual([one.state, used(one), session.muted], [before, "another", before === "muted"]);
  });
}

test("a device that silences itself while its successor is in use changes nothing", async () => {
  const { one, session } = await inCall();
  const { track } = one;
  devices.pull("headset");
  await settled();
  track.silence(true);
  await settled();
  assert.deepEqual([one.state, session.muted], ["on", false]);
});

test("a second device that comes or goes leaves the one in use alone", async () => {
  const { one } = await inCall();
  const { track } = one;
  for (const change of [() => devices.pull("webcam"), () => devices.have("audioinput", "built-in", "headset", "other")]) {
    change();
    await settled();
    assert.equal(one.track, track);
  }
});

test("without a choice of one's own the system's is used, and none that is plugged in later", async () => {
  const { one } = await inCall("");
  const { track } = one;
  devices.have("audioinput", "built-in", "headset", "new");
  await settled();
  assert.equal(one.track, track);
  devices.pull("built-in");
  await settled();
  assert.equal(used(one), "headset");
});

test("a headset that is back while the other microphone is still being opened is taken after all", async () => {
  const { one } = await inCall();
  devices.asks = true;
  devices.pull("headset");
  await settled();
  assert.equal(one.state, "asking");
  devices.have("audioinput", "built-in", "headset");
  for (let turn = 0; turn < 3; turn++) {
    devices.asked.splice(0).forEach(({ answer }) => answer());
    await settled();
  }
  assert.equal(used(one), "headset");
  assert.deepEqual(devices.open, [one.track]);
});

test("a permission that is taken away is told as such, and not asked for again by itself", async () => {
  const { one, session } = await inCall();
  devices.getUserMedia = async () => {
    throw new DOMException("", "NotAllowedError");
  };
  one.track.end();
  await settled();
  assert.deepEqual([one.state, session.muted], ["denied", true]);
  devices.getUserMedia = Devices.prototype.getUserMedia;
  devices.have("audioinput", "built-in", "headset");
  await settled();
  assert.equal(one.state, "denied");
  one.toggle();
  await settled();
  assert.equal(one.state, "on");
});

test("a microphone that ends as soon as it is opened is not opened again and again", async () => {
  const { one } = await inCall();
  performance.now = () => 0;
  let opened = 0;
  devices.getUserMedia = async (constraints) => {
    const stream = await Devices.prototype.getUserMedia.call(devices, constraints);
    opened += 1;
    queueMicrotask(() => setImmediate(() => stream.getTracks()[0].end()));
    return stream;
  };
  one.track.end();
  await settled();
  assert.equal(one.state, "none");
  assert.ok(opened <= 1);
});

test("who waits for a place records nothing, and is heard again when there is one, muted as before", async () => {
  const { one } = await inCall();
  one.toggle();
  one.release();
  assert.deepEqual([one.state, devices.open], ["off", []]);
  await one.exchange();
  devices.have("audioinput", "built-in", "headset");
  await settled();
  assert.deepEqual([one.state, devices.open], ["off", []], "nothing opens while one waits");
  await one.ask();
  assert.deepEqual([one.state, used(one)], ["muted", "headset"]);
});

test("what is not to be translated is not sent before the SFU has agreed, and is translated again at once", async () => {
  const { one, session } = await inCall();
  let agree = () => {};
  session.sender.setUntranslated = (untranslated) => new Promise((resolve) => (agree = () => resolve((session.untranslated = untranslated))));
  one.keepApart(true);
  await settled();
  assert.deepEqual([one.track.enabled, one.apart, one.state], [false, true, "on"]);
  agree();
  await settled();
  assert.deepEqual([one.track.enabled, session.untranslated], [true, true]);
  one.mute(true);
  one.mute(false);
  assert.equal(one.track.enabled, true);
  one.keepApart(false);
  assert.equal(one.track.enabled, true);
  await settled();
  agree();
  await settled();
  assert.deepEqual([one.track.enabled, session.untranslated], [true, false]);
});

test("what is not to be translated stays unsent where the SFU does not answer, and is agreed on with the next connection", async () => {
  const { one, session } = await inCall();
  session.sender.setUntranslated = async () => {
    throw new Error("closed");
  };
  one.keepApart(true);
  await settled();
  assert.equal(one.track.enabled, false);
  const next = new Session();
  const begun = [];
  next.sender.send = async (_source, _track, untranslated) => void begun.push(untranslated);
  one.sendOn(next);
  await settled();
  assert.deepEqual([begun, next.untranslated, one.track.enabled], [[true], true, true], "from the new track’s first moment on");
});

for (const [code, times] of Object.entries({ limit: 1, closed: 0 })) {
  test(`what may not go untranslated is not sent, and where the SFU says so, so does the page: ${code}`, async () => {
    const refused = [];
    const { one, session } = await inCall("headset", () => refused.push(code));
    session.sender.setUntranslated = async () => {
      throw new RequestError("setUntranslated", { code, message: "" });
    };
    one.keepApart(true);
    await settled();
    assert.deepEqual([one.track.enabled, refused.length], [false, times]);
  });
}

test("a quick change of mind ends with what was meant last", async () => {
  const { one, session } = await inCall();
  one.keepApart(true);
  one.keepApart(false);
  await settled();
  assert.deepEqual([one.track.enabled, session.untranslated], [true, false]);
});

test("who holds to talk is muted from the first moment on", async () => {
  const one = new Microphone(() => {});
  one.mute(true);
  await one.ask();
  assert.deepEqual([one.state, one.track.enabled], ["muted", false]);
});

test("who opens and closes the track on their own is left alone by a new connection", async () => {
  const { one } = await inCall();
  one.track.enabled = false;
  one.sendOn(new Session());
  await settled();
  assert.equal(one.track.enabled, false);
});
