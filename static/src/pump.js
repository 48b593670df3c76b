/** Chromium feeds a remote track into WebAudio only while a media element plays it too: that element, muted. */

/**
 * Puts one on the page.
 * @param {Element | null} container
 * @param {MediaStream} stream
 * @param {Record<string, string>} data what its dataset says of the track
 */
export function createPump(container, stream, data) {
  const element = document.createElement("audio");
  Object.assign(element.dataset, data);
  element.muted = true;
  element.srcObject = stream;
  container?.append(element);
  void startPump(element);
  return element;
}

/** @param {HTMLAudioElement} element */
export async function startPump(element) {
  try {
    await element.play();
  } catch (error) {
    // Removed again before it began, or held back until the first gesture, when it is tried again.
    console.debug("call: an audio element does not play yet:", error);
  }
}

/** @param {HTMLAudioElement} element */
export function removePump(element) {
  element.srcObject = null;
  element.remove();
}
