/** When somebody is back at the page: the screen was locked, another app or a call on the phone was in front, or the network away. */

/** How long a microphone that the system has silenced may take to speak again after that, ms. */
export const SILENCED_MS = 3_000;

/**
 * Calls back each time.
 * @param {() => void} onReturn
 * @param {AbortSignal} signal ends it
 */
export function tendReturning(onReturn, signal) {
  const look = () => {
    if (!document.hidden) onReturn();
  };
  document.addEventListener("visibilitychange", look, { signal });
  document.addEventListener("resume", look, { signal }); // Chromium's page lifecycle: what was frozen goes on
  window.addEventListener("online", look, { signal });
}

/** The call has ended because nobody was at the page: it begins anew by itself for whoever is there, or comes. */
export function beginAnewOnReturn() {
  const load = () => {
    if (navigator.onLine) window.location.reload();
  };
  tendReturning(load, new AbortController().signal);
  if (!document.hidden) load();
}
