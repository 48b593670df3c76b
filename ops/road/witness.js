// Runs in a listener's page before its own scripts: notes for how long no packet of an original voice arrived, and sets
// the page's clock wrong where it is asked to.
(() => {
  const connections = new Map();
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args);
      connections.set(this, new Map());
    }
  };

  let last = null;
  let longest = 0;
  /** Begin to listen: a silence counts from now at the earliest. */
  window.__listenForSilence = () => {
    last = performance.now();
    longest = 0;
  };
  /** The longest silence since then, one that lasts included, seconds. */
  window.__longestSilence = () => Math.max(longest, performance.now() - last) / 1000;

  const dubbed = () =>
    new Set([...document.querySelectorAll('#audio audio[data-track="dubbed"]')].map((a) => a.srcObject?.getAudioTracks()[0]?.id));

  setInterval(async () => {
    const leftOut = dubbed();
    let arrived = false;
    for (const [connection, counts] of connections) {
      if (connection.connectionState === "closed") connections.delete(connection);
      else {
        for (const report of (await connection.getStats()).values()) {
          if (report.type !== "inbound-rtp" || report.kind !== "audio" || leftOut.has(report.trackIdentifier)) continue;
          if (report.packetsReceived > (counts.get(report.id) ?? 0)) arrived = true;
          counts.set(report.id, report.packetsReceived);
        }
      }
    }
    if (!arrived || last === null) return;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 50);
})();
