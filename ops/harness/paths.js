// Runs in a page before its own scripts: tells by which way media came.
(() => {
  const connections = [];
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };

  /** Of each pair over which anything came: kind of this end, protocol of the other, that to the relay ("": none). */
  window.__paths = async () => {
    const paths = [];
    for (const connection of connections) {
      const report = await connection.getStats();
      for (const pair of report.values()) {
        if (pair.type !== "candidate-pair" || !pair.nominated || !pair.bytesReceived) continue;
        const own = report.get(pair.localCandidateId);
        paths.push([own.candidateType, report.get(pair.remoteCandidateId).protocol, own.relayProtocol ?? ""]);
      }
    }
    return paths;
  };
})();
