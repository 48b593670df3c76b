/** One colour for each speaker of a page, in the order in which they are first seen. No DOM. */

/** How many colours static/css/app.css has; later speakers share them. */
const COLOURS = 8;
/** @type {Map<string, number>} */
const known = new Map();

/**
 * The colour of a speaker, 0 to 7.
 * @param {string} id
 */
export function hueOf(id) {
  const hue = known.get(id) ?? known.size % COLOURS;
  known.set(id, hue);
  return hue;
}
