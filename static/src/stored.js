/**
 * What this browser remembers for its person, or this tab alone ("sessionStorage"). Where it keeps nothing for this page,
 * choices last as long as the page.
 * @typedef {"localStorage" | "sessionStorage"} Where
 */

/**
 * @param {string} key
 * @param {Where} [where]
 * @returns {string} "" where nothing was kept
 */
export function recall(key, where = "localStorage") {
  try {
    return globalThis[where].getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} key
 * @param {string} value "" forgets it
 * @param {Where} [where]
 */
export function keep(key, value, where = "localStorage") {
  try {
    if (value) globalThis[where].setItem(key, value);
    else globalThis[where].removeItem(key);
  } catch (error) {
    console.debug(`stored: ${key} will be forgotten:`, error);
  }
}
