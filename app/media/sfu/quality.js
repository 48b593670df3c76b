/** How well a track arrives, in three words. */

/** mediasoup's score of a stream is 10 without loss, 0 where nothing arrives. */
const GOOD = 8;
const FAIR = 5;

/**
 * @param {readonly {score: number}[]} scores One for each simulcast layer; those not sent now count nothing.
 * @returns {import('./tracks.js').Quality}
 */
export function qualityOf(scores) {
  const best = Math.max(0, ...scores.map(({ score }) => score));
  if (best >= GOOD) return 'good';
  return best >= FAIR ? 'fair' : 'poor';
}
