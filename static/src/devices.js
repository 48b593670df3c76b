/** Microphones, cameras and loudspeakers: which there are, and which one this browser was told to use. */

import { keep, recall } from "./stored.js";

/** @typedef {"microphone" | "camera" | "speaker"} DeviceUse */

/** @type {Readonly<Record<DeviceUse, MediaDeviceKind>>} */
const KINDS = { microphone: "audioinput", camera: "videoinput", speaker: "audiooutput" };
const WIDTH_TO_HEIGHT = 16 / 9;
const FRAMES_PER_SECOND = 24;

/**
 * The device chosen last in this browser, or "" for the system's own choice.
 * @param {DeviceUse} use
 */
export function chosen(use) {
  return recall(`jbc.${use}`);
}

/**
 * Chooses a device, here and in later calls.
 * @param {DeviceUse} use
 * @param {string} deviceId "" for the system's own choice
 */
export function choose(use, deviceId) {
  keep(`jbc.${use}`, deviceId);
}

/**
 * @param {string} deviceId "" for the system's own choice; one that is gone counts as that too
 * @returns {MediaTrackConstraints}
 */
export function microphoneConstraints(deviceId) {
  return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1, ...wish(deviceId) };
}

/**
 * @param {string} deviceId as above
 * @param {number} height of the largest picture to send, pixels
 * @returns {MediaTrackConstraints}
 */
export function cameraConstraints(deviceId, height) {
  const width = Math.round(height * WIDTH_TO_HEIGHT);
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: FRAMES_PER_SECOND, max: 30 }, ...wish(deviceId) };
}

/**
 * The devices for a use. Browsers name them only once one of their kind has been opened.
 * @param {DeviceUse} use
 * @returns {Promise<{ id: string, label: string }[]>}
 */
export async function devices(use) {
  if (!navigator.mediaDevices?.enumerateDevices) return [];
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter(({ kind, deviceId }) => kind === KINDS[use] && deviceId !== "" && deviceId !== "default")
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/**
 * Whether one was chosen for a use, and is plugged in now.
 * @param {DeviceUse} use
 */
export async function isThere(use) {
  const wanted = chosen(use);
  return wanted !== "" && (await devices(use)).some(({ id }) => id === wanted);
}

/**
 * Keeps a select filled with the devices for a use, and remembers what is chosen in it.
 * @param {HTMLSelectElement} select its first option is the system's own choice
 * @param {DeviceUse} use
 * @param {(deviceId: string) => void} onChange
 * @returns {() => Promise<void>} fills it anew: call it when a device has been opened
 */
export function tendSelect(select, use, onChange) {
  const fill = async () => {
    const found = await devices(use);
    const own = select.options[0];
    const options = found.map(({ id, label }, index) => new Option(label || `${index + 1}`, id));
    select.replaceChildren(...(own ? [own] : []), ...options);
    select.value = found.some(({ id }) => id === chosen(use)) ? chosen(use) : "";
    select.disabled = found.length === 0;
  };
  select.addEventListener("change", () => {
    choose(use, select.value);
    onChange(select.value);
  });
  navigator.mediaDevices?.addEventListener("devicechange", () => void fill());
  void fill();
  return fill;
}

/**
 * Whether a device did not open because somebody, or the browser for them, said no.
 * @param {unknown} error
 */
export function denied(error) {
  return error instanceof DOMException && ["NotAllowedError", "SecurityError"].includes(error.name);
}

/** @param {string} deviceId */
function wish(deviceId) {
  return deviceId ? { deviceId: { ideal: deviceId } } : {};
}
