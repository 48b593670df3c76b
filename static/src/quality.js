/** How good one's own network is, from what the browser counts. */

const LOOK_EVERY_MS = 2_000;
/** Round trip in seconds and share of packets lost, from which a call suffers, and from which it breaks up. */
const FAIR = Object.freeze({ rtt: 0.25, lost: 0.03 });
const POOR = Object.freeze({ rtt: 0.6, lost: 0.1 });

/**
 * @typedef {import("./protocol.js").Quality} Quality
 * @typedef {{ rtt: number, lost: number }} Network round trip in seconds, share of packets lost from 0 to 1
 * @typedef {{ received: number, lost: number }} Count
 */

/**
 * @param {Network} network
 * @returns {Quality}
 */
export function qualityOf({ rtt, lost }) {
  if (rtt >= POOR.rtt || lost >= POOR.lost) return "poor";
  return rtt >= FAIR.rtt || lost >= FAIR.lost ? "fair" : "good";
}

/**
 * What reports say, as far as it is new since the count before.
 * @param {Iterable<any>} entries of the statistics of both transports
 * @param {Count} before
 * @returns {{ network: Network, count: Count }}
 */
export function networkOf(entries, before) {
  const count = { received: 0, lost: 0 };
  let rtt = 0;
  let sentLost = 0;
  for (const entry of entries) {
    if (entry.type === "inbound-rtp") {
      count.received += entry.packetsReceived ?? 0;
      count.lost += entry.packetsLost ?? 0;
    }
    if (entry.type === "remote-inbound-rtp") sentLost = Math.max(sentLost, entry.fractionLost ?? 0);
    if (entry.type === "candidate-pair" && entry.nominated) rtt = Math.max(rtt, entry.currentRoundTripTime ?? 0);
  }
  const lost = Math.max(0, count.lost - before.lost);
  const all = lost + Math.max(0, count.received - before.received);
  return { network: { rtt, lost: Math.max(sentLost, all > 0 ? lost / all : 0) }, count };
}

/**
 * Keeps saying how good the network is.
 * @param {() => Promise<RTCStatsReport[]>} stats
 * @param {(quality: Quality, network: Network) => void} onQuality
 * @returns {() => void} ends it
 */
export function watchQuality(stats, onQuality) {
  let count = { received: 0, lost: 0 };
  const timer = window.setInterval(async () => {
    if (document.hidden) return;
    const entries = (await stats()).flatMap((report) => [...report.values()]);
    if (entries.length === 0) return;
    const now = networkOf(entries, count);
    count = now.count;
    onQuality(qualityOf(now.network), now.network);
  }, LOOK_EVERY_MS);
  return () => window.clearInterval(timer);
}
