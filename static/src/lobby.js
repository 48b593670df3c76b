/** Trying microphone and camera in templates/lobby.html, before anybody is there to hear. */

import { cameraConstraints, chosen, denied, microphoneConstraints, tendSelect } from "./devices.js";
import { measure } from "./loudness.js";
import { Opening } from "./opening.js";
import { byId } from "./page.js";

const LOOK_EVERY_MS = 60;
/** RMS (full scale 1) from which a voice is surely heard. */
const HEARD_RMS = 0.02;
/** The bar is full at this RMS: loud speech close by. */
const LOUD = 0.2;
const PREVIEW_HEIGHT = 360;

/** What the bar shows for a loudness: quiet voices are seen to move it too. @param {number} rms */
export function levelOf(rms) {
  return Math.min(1, Math.sqrt(rms / LOUD));
}

/**
 * What to say about a device that did not open.
 * @param {unknown} error
 * @param {boolean} secure whether the page may ask for devices at all
 * @returns {"insecure" | "blocked" | "none"}
 */
export function problemOf(error, secure) {
  if (!secure) return "insecure";
  return denied(error) ? "blocked" : "none";
}

/**
 * One device on trial: a button that opens it and closes it again, a select, and a line that says how it went.
 * @param {"microphone" | "camera"} use
 * @param {() => MediaStreamConstraints} constraints
 * @param {(stream: MediaStream) => () => void} show shows what comes in, until what it returns is called
 */
function trial(use, constraints, show) {
  const button = byId(`try-${use}`);
  const select = byId(`choose-${use}`);
  const says = byId(`${use}-says`);
  const tryout = byId("tryout");
  if (!button || !says || !tryout || !(select instanceof HTMLSelectElement)) return;
  const opening = new Opening();
  let close = () => {};
  const stop = () => {
    opening.drop();
    close();
    close = () => {};
    button.setAttribute("aria-pressed", "false");
  };
  const open = async () => {
    stop();
    try {
      const stream = await opening.take(() => navigator.mediaDevices.getUserMedia(constraints()));
      if (!stream) return;
      const hide = show(stream);
      close = () => {
        hide();
        stream.getTracks().forEach((track) => track.stop());
      };
      const unplugged = () => {
        stop();
        says.textContent = says.dataset.none ?? "";
      };
      for (const track of stream.getTracks()) track.addEventListener("ended", unplugged, { once: true });
      button.setAttribute("aria-pressed", "true");
      says.textContent = says.dataset.open ?? "";
      await fill();
    } catch (error) {
      console.warn(`lobby: no ${use}:`, error);
      const problem = problemOf(error, Boolean(navigator.mediaDevices));
      says.textContent = says.dataset[problem] ?? tryout.dataset[problem] ?? "";
    }
  };
  const fill = tendSelect(select, use, () => void open());
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") {
      stop();
      says.textContent = "";
    } else void open();
  });
  tryout.addEventListener("toggle", stop);
  window.addEventListener("pagehide", stop);
}

/** Moves the bar while a microphone is open. @param {MediaStream} stream */
function meter(stream) {
  const bar = byId("level");
  const says = byId("microphone-says");
  const context = new AudioContext();
  const [track] = stream.getAudioTracks();
  const measuring = track && measure(track, context);
  const timer = window.setInterval(() => {
    const rms = measuring?.loudness() ?? 0;
    if (bar instanceof HTMLMeterElement) bar.value = levelOf(rms);
    if (rms >= HEARD_RMS && says && says.textContent !== says.dataset.heard) says.textContent = says.dataset.heard ?? "";
  }, LOOK_EVERY_MS);
  return () => {
    window.clearInterval(timer);
    measuring?.stop();
    if (bar instanceof HTMLMeterElement) bar.value = 0;
    void context.close();
  };
}

/** Shows one's own picture. @param {MediaStream} stream */
function picture(stream) {
  const video = byId("preview");
  if (!(video instanceof HTMLVideoElement)) return () => {};
  video.srcObject = stream;
  video.hidden = false;
  void video.play();
  return () => {
    video.hidden = true;
    video.srcObject = null;
  };
}

function main() {
  const tryout = byId("tryout");
  if (!tryout) return;
  tryout.hidden = false;
  trial("microphone", () => ({ audio: microphoneConstraints(chosen("microphone")) }), meter);
  trial("camera", () => ({ video: cameraConstraints(chosen("camera"), PREVIEW_HEIGHT) }), picture);
}

if (typeof document !== "undefined") main();
