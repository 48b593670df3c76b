/** Nothing opens for a page that has left, whatever was on its way, and whatever is pressed on it afterwards. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Microphone } from "../src/microphone.js";
import { Opening } from "../src/opening.js";
import { Picture } from "../src/picture.js";
import { Devices, settled } from "./devices.support.js";

let devices = new Devices();

beforeEach((context) => {
  devices = new Devices().install();
  devices.have("audioinput", "built-in", "headset");
  devices.have("videoinput", "webcam");
  context.mock.method(console, "warn", () => {});
});

const SOURCES = {
  microphone: () => new Microphone(() => {}),
  camera: () => new Picture("camera", () => navigator.mediaDevices.getUserMedia({ video: true }), () => {}),
  screen: () => new Picture("screen", () => navigator.mediaDevices.getDisplayMedia({ video: true }), () => {}),
};
/** What can be on its way when the page leaves: done with the source before it does. */
const PENDING = {
  "nothing yet": async () => {},
  "the first question": async (source) => void ask(source),
  "the other device": async (source) => {
    devices.asks = false;
    await ask(source);
    devices.asks = true;
    void source.exchange();
  },
  "two questions": async (source) => {
    void ask(source);
    void source.exchange();
  },
  "another after it was let go": async (source) => {
    devices.asks = false;
    await ask(source);
    devices.asks = true;
    if (source instanceof Picture) source.toggle();
    void ask(source);
  },
};
const AFTERWARDS = {
  "nothing": () => {},
  "the button is pressed": (source) => source.toggle(),
  "another device is chosen": (source) => void source.exchange(),
  "a connection comes after all": (source) => source.sendOn({ sender: { send: async () => {}, setMuted: async () => {} } }),
};

async function ask(source) {
  if (source instanceof Microphone) await source.ask();
  else source.toggle();
  await settled();
}

for (const [name, make] of Object.entries(SOURCES)) {
  for (const [pending, begin] of Object.entries(PENDING)) {
    for (const [afterwards, act] of Object.entries(AFTERWARDS)) {
      test(`${name}: ${pending} is open when the page leaves, then ${afterwards}`, async () => {
        devices.asks = true;
        const source = make();
        await begin(source);
        source.leave();
        act(source);
        for (let turn = 0; turn < 3; turn++) {
          devices.asked.splice(0).forEach(({ answer }) => answer());
          await settled();
        }
        assert.deepEqual(devices.open, [], "every device is closed");
        assert.equal(source.track, null);
        assert.equal(source.state, "off");
      });
    }
    test(`${name}: ${pending} is refused after the page has left, which says nothing of it`, async () => {
      devices.asks = true;
      const source = make();
      await begin(source);
      source.leave();
      devices.asked.splice(0).forEach(({ refuse }) => refuse("NotAllowedError"));
      await settled();
      assert.equal(source.state, "off");
      assert.deepEqual(devices.open, []);
    });
  }
}

test("of two that were asked for, the later one is taken, in whichever order they open", async () => {
  for (const order of [[0, 1], [1, 0]]) {
    devices.asks = true;
    const opening = new Opening();
    const asked = [0, 1].map(() => opening.take(() => devices.getUserMedia({ audio: true })));
    await settled();
    const questions = devices.asked.splice(0);
    for (const index of order) questions[index]?.answer();
    const [first, second] = await Promise.all(asked);
    assert.equal(first, null);
    assert.deepEqual(devices.open, second?.getTracks());
    devices.open.forEach((track) => track.stop());
  }
});
