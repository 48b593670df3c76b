/** What a token allows its holder in a room; app/rights.py says who gets what. */

import { z } from 'zod';

/**
 * `audio`, `video`, `screen`: to send that; `captions`: what they say may be written down and interpreted; `read`: to
 * read captions, which `web` sees to; `moderate`: to decide about others, of which raised hands alone are seen to here.
 */
const RIGHTS = /** @type {const} */ (['audio', 'video', 'screen', 'captions', 'read', 'moderate']);

export const rights = z.array(z.enum(RIGHTS)).max(RIGHTS.length);

/** @typedef {z.infer<typeof rights>} Rights */
/** @typedef {Rights[number]} Right */

/** @type {Readonly<Record<import('./tracks.js').Source, Right>>} What it takes to send a track. */
export const TO_SEND = Object.freeze({ voice: 'audio', camera: 'video', screen: 'screen' });

/** @param {readonly Right[]} held @returns {boolean} Whether they only hear, see and read. */
export const listensOnly = (held) => !Object.values(TO_SEND).some((right) => held.includes(right));
