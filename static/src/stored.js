/** What this browser remembers for its person. Where it keeps nothing for this page, choices last as long as the page. */

/**
 * @param {string} key
 * @returns {string} "" where nothing was kept
 */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} key
 * @param {string} value "" forgets it
 */
export function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch (error) {
    console.debug(`stored: ${key} will be forgotten:`, error);
  }
}
