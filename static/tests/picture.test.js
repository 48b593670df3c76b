/** What the others see of a camera or a screen: what it shows now, and else nothing, never its last picture. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Picture } from "../src/picture.js";
import { Devices, settled } from "./devices.support.js";

/** What the others have of a picture. */
class Session {
  track = null;
  muted = false;
  sender = {
    send: async (_source, track) => void (this.track = track),
    setMuted: async (_source, muted) => void (this.muted = muted),
    stop: async () => void (this.track = null),
  };

  /** What they look at. */
  get seen() {
    return this.track && !this.muted ? `${this.track.deviceId} ${this.track.readyState}` : null;
  }
}

let devices = new Devices();
let wanted = "";

beforeEach((context) => {
  devices = new Devices().install();
  devices.have("videoinput", "front", "back");
  wanted = "front";
  context.mock.method(console, "warn", () => {});
});

async function shared(source = "camera") {
  const one = new Picture(source, () => navigator.mediaDevices.getUserMedia({ video: { deviceId: { ideal: wanted } } }), () => {});
  const session = new Session();
  one.sendOn(session);
  one.toggle();
  await settled();
  assert.equal(session.seen, "front live");
  return { one, session };
}

const FAILURES = {
  NotReadableError: "none", NotFoundError: "none", OverconstrainedError: "none", AbortError: "none", InvalidStateError: "none",
  TimeoutError: "none", NotAllowedError: "denied", SecurityError: "denied",
};

for (const [error, state] of Object.entries(FAILURES)) {
  test(`a camera that does not open in place of another (${error}) leaves no picture standing`, async () => {
    const { one, session } = await shared();
    wanted = "back";
    devices.broken = error;
    await one.exchange();
    await settled();
    assert.equal(session.seen, null);
    assert.equal(one.state, state);
    devices.broken = "";
    one.toggle();
    await settled();
    assert.equal(session.seen, "back live");
  });
}

const MEANWHILE = {
  "it is turned off": (one) => one.stop(),
  "the page leaves": (one) => one.leave(),
  "the person says no": () => devices.asked.splice(0).forEach(({ refuse }) => refuse("NotAllowedError")),
};

for (const [what, act] of Object.entries(MEANWHILE)) {
  test(`where ${what} while another camera opens, nothing is seen`, async () => {
    const { one, session } = await shared();
    devices.asks = true;
    void one.exchange();
    await settled();
    act(one);
    devices.asked.splice(0).forEach(({ answer }) => answer());
    await settled();
    assert.equal(session.seen, null);
    assert.deepEqual(devices.open, []);
  });
}

test("a camera in place of another is seen", async () => {
  const { one, session } = await shared();
  wanted = "back";
  await one.exchange();
  await settled();
  assert.equal(session.seen, "back live");
});

test("a camera that the system takes away for a while is not seen meanwhile, on a new connection neither", async () => {
  const { one, session } = await shared();
  one.track.silence(true);
  await settled();
  assert.equal(session.seen, null);
  const next = new Session();
  one.sendOn(next);
  await settled();
  assert.equal(next.seen, null);
  one.track.silence(false);
  await settled();
  assert.equal(next.seen, "front live");
});

test("a window that stands still stays in view", async () => {
  const { one, session } = await shared("screen");
  one.track.silence(true);
  await settled();
  assert.equal(session.seen, "front live");
});
