/** The call among the controls of the system, in browsers that know all of them, some, or none. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SystemControls, wantedOn } from "../src/system_controls.js";

class Session {
  metadata = null;
  playbackState = "none";
  /** @type {Map<string, () => void>} */
  handlers = new Map();
  /** @type {boolean | null} */
  microphone = null;

  /** @param {string[]} known */
  constructor(known) {
    this.known = known;
  }

  setActionHandler(action, handler) {
    if (!this.known.includes(action)) throw new TypeError(`${action} is no MediaSessionAction`);
    if (handler) this.handlers.set(action, handler);
    else this.handlers.delete(action);
  }

  setMicrophoneActive(active) {
    this.microphone = active;
  }
}

const pressed = [];
const PRESSES = Object.fromEntries(["togglemicrophone", "togglecamera", "hangup"].map((one) => [one, () => pressed.push(one)]));

function browser(session) {
  Object.defineProperty(globalThis, "navigator", { value: { mediaSession: session }, configurable: true, writable: true });
  return session;
}

beforeEach(() => {
  pressed.length = 0;
  globalThis.MediaMetadata = class {
    constructor(all) {
      Object.assign(this, all);
    }
  };
});

test("the call has its title there, and buttons for what one has", () => {
  const session = browser(new Session(Object.keys(PRESSES)));
  const controls = new SystemControls("Viagem", "/icon.png", PRESSES);
  assert.equal(session.metadata.title, "Viagem");
  assert.deepEqual([...session.handlers.keys()], ["hangup"]);
  controls.show({ microphone: true, camera: null });
  assert.deepEqual([...session.handlers.keys()].sort(), ["hangup", "togglemicrophone"]);
  assert.equal(session.microphone, true);
  session.handlers.get("togglemicrophone")();
  controls.show({ microphone: false, camera: null });
  assert.equal(session.microphone, false);
  session.handlers.get("hangup")();
  assert.deepEqual(pressed, ["togglemicrophone", "hangup"]);
  controls.show({ microphone: null, camera: false });
  assert.deepEqual([...session.handlers.keys()].sort(), ["hangup", "togglecamera"]);
  controls.stop();
  assert.deepEqual([session.handlers.size, session.metadata, session.playbackState], [0, null, "none"]);
});

test("a microphone that the system has silenced is not said to be off, which might keep it silent", async () => {
  const session = browser(new Session(Object.keys(PRESSES)));
  const controls = new SystemControls("Viagem", "", PRESSES);
  const told = [];
  session.setMicrophoneActive = (active) => {
    told.push(active);
    return Promise.reject(new DOMException("not now", "InvalidStateError")); // an unhandled one fails the test
  };
  for (const state of ["asking", "on", "silenced", "muted", "silenced", "on", "none"]) {
    controls.show({ microphone: wantedOn(state), camera: null });
  }
  assert.deepEqual(told, [true, false, true]);
  controls.show({ microphone: wantedOn("silenced"), camera: null });
  session.handlers.get("togglemicrophone")({ action: "togglemicrophone", isActivating: true });
  assert.deepEqual([pressed, told.at(-1)], [[], true], "it is to be on already: the browser alone has silenced it");
  session.handlers.get("togglemicrophone")({ action: "togglemicrophone", isActivating: false });
  assert.deepEqual(pressed, ["togglemicrophone"]);
  await new Promise((resolve) => setImmediate(resolve));
});

test("a browser that knows none of these buttons shows the title alone", () => {
  const session = browser(new Session(["play", "pause"]));
  const controls = new SystemControls("Viagem", "", PRESSES);
  controls.show({ microphone: true, camera: true });
  assert.equal(session.metadata.title, "Viagem");
  assert.equal(session.handlers.size, 0);
  controls.stop();
});

test("a browser without any is left alone", () => {
  browser(undefined);
  const controls = new SystemControls("Viagem", "", PRESSES);
  controls.show({ microphone: true, camera: true });
  controls.stop();
});
