/** Where a caption belongs. No DOM. */

/**
 * Index before which an utterance that began at `start` belongs, among utterances in order. Later comers of the same
 * moment go last. Utterances whose start is unknown (NaN) are passed over, and one itself unknown goes last.
 * @param {readonly number[]} starts seconds, of the others, in the order shown
 * @param {number} start seconds
 */
export function placeOf(starts, start) {
  if (Number.isNaN(start)) return starts.length;
  let index = starts.length;
  for (let before = starts.length - 1; before >= 0; before--) {
    const other = starts[before] ?? Number.NaN;
    if (Number.isNaN(other)) continue;
    if (other <= start) break;
    index = before;
  }
  return index;
}

/**
 * How many of the oldest utterances to let go.
 * @param {number} count
 * @param {boolean} following the reader is at the newest line; while they read back, more is kept
 */
export function surplus(count, following) {
  const keep = following ? 300 : 900;
  return Math.max(0, count - keep);
}
