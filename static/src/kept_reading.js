/** How somebody reads captions and whether single keys act, as this browser keeps it for every page with captions. */

import { keep, recall } from "./stored.js";

const KEY = "jbc.reading";

/** @typedef {{ size: string, show: string, lines: string, contrast: string, aloud: boolean, keys: boolean }} Reading */

/** @type {Readonly<Reading>} */
export const DEFAULTS = Object.freeze({ size: "m", show: "both", lines: "all", contrast: "normal", aloud: false, keys: true });

/**
 * What was kept, with defaults for what was not.
 * @param {string} kept "" where nothing was
 * @returns {Reading}
 */
export function parseReading(kept) {
  try {
    return { ...DEFAULTS, ...JSON.parse(kept || "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

/** @returns {Reading} */
export function recallReading() {
  return parseReading(recall(KEY));
}

/** @param {Reading} reading */
export function keepReading(reading) {
  keep(KEY, JSON.stringify(reading));
}
