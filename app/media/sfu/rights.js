/** What a token allows its holder in a room; app/rights.py says who gets what. */

import { z } from 'zod';

/**
 * `audio`, `video`, `screen`: to send that; `captions`: what they say may be written down and interpreted; `read`: to
 * read captions, which `web` sees to; `moderate`: to decide about others, of which raised hands alone are seen to here.
 */
const RIGHTS = /** @type {const} */ (['audio', 'video', 'screen', 'captions', 'read', 'moderate']);
/** What an interpreter works from and into, as "pt>en": a name like any other here. */
const PAIR = '[a-z]{2,3}>[a-z]{2,3}';
/** Pairs that one person may be given. */
const MOST_PAIRS = 4;
const INTERPRET = 'interpret:';

export const pair = z.string().regex(new RegExp(`^${PAIR}$`));
/** To interpret a pair in the machine's place. */
const interpreting = z.string().regex(new RegExp(`^${INTERPRET}${PAIR}$`));
export const rights = z.array(z.union([z.enum(RIGHTS), interpreting])).max(RIGHTS.length + MOST_PAIRS);

/** @typedef {z.infer<typeof rights>} Rights */
/** @typedef {typeof RIGHTS[number]} Right */

/** @type {Readonly<Record<import('./tracks.js').Source, Right>>} What it takes to send a track. */
export const TO_SEND = Object.freeze({ voice: 'audio', camera: 'video', screen: 'screen' });

/** @param {Rights} held @param {string} languages @returns {boolean} Whether they may interpret this pair. */
export const interpretsPair = (held, languages) => held.includes(INTERPRET + languages);

/** @param {readonly string[]} held @returns {boolean} Whether they only hear, see and read. */
export const listensOnly = (held) => !Object.values(TO_SEND).some((right) => held.includes(right));
