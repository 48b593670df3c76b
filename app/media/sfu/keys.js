/** Keys that can be exchanged while this runs; the other half of app/auth/keyset.py, which says what the file holds. */

import { readFileSync, statSync } from 'node:fs';

/** @typedef {{ key: Uint8Array, until: number }} Key */

/**
 * @param {string} secret Counts as long as there is no file, or an empty one.
 * @param {string | undefined} path
 * @returns {() => Uint8Array[]} Every key that is good now, the newest first.
 */
export function keySet(secret, path) {
  const encoder = new TextEncoder();
  const alone = [encoder.encode(secret)];
  let seen = '';
  /** @type {Key[]} */
  let keys = [];
  return () => {
    const status = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (path === undefined || !status?.size) return alone;
    const version = `${status.mtimeMs} ${status.ino}`;
    if (version !== seen) {
      const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.trim().split(/\s+/)).filter(([key]) => key);
      keys = lines.map(([key, until]) => ({ key: encoder.encode(key), until: until === undefined ? Infinity : Number(until) }));
      seen = version;
    }
    const now = Date.now() / 1000;
    return keys.filter(({ until }) => until > now).map(({ key }) => key);
  };
}
