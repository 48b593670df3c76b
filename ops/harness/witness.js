// Runs in a listener's page before its own scripts: notes for how long no packet of an original voice arrived, and what
// the page said was amiss; for how long it had no caption feed, and how late captions were.
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
  const told = new Map();
  let away = null;
  let longestAway = 0;
  let before = 0;
  let latest = 0;
  // The feed itself is in a worker: this is what the page hears of it.
  document.addEventListener("htmx:sseError", () => (away ??= performance.now()));
  document.addEventListener("htmx:sseOpen", () => {
    if (away !== null) longestAway = Math.max(longestAway, performance.now() - away);
    away = null;
  });
  /** How late captions are as the page says, seconds. */
  const lateness = () => Number.parseFloat(document.querySelector("#lag")?.textContent.replace(",", ".") ?? "") || 0;
  /** The longest time without a caption feed since `__listenForSilence`, seconds. */
  window.__longestAway = () => longestAway / 1000;
  /** How late captions were as the page said then, and at worst since, seconds. */
  window.__lateness = () => [before, latest];
  /** Begin to listen: a silence counts from now at the earliest, and so does what the page says. */
  window.__listenForSilence = () => {
    last = performance.now();
    longest = 0;
    told.clear();
    longestAway = 0;
    before = latest = lateness();
  };
  /** The longest silence since then, one that lasts included, seconds. */
  window.__longestSilence = () => Math.max(longest, performance.now() - last) / 1000;

  /** Reason → seconds for which the page has named it since then. */
  window.__told = () => Object.fromEntries([...told].map(([reason, ms]) => [reason, ms / 1000]));
  let looked = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (away !== null) longestAway = Math.max(longestAway, now - away);
    latest = Math.max(latest, lateness());
    const lines = document.querySelectorAll("#notice:not([hidden]) [data-reason]");
    for (const { dataset } of lines) told.set(dataset.reason, (told.get(dataset.reason) ?? 0) + now - looked);
    looked = now;
  }, 50);

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
