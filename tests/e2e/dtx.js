// Has Opus send no silence, which the product does not ask for but other clients of the SFU may.
(() => {
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    return set.call(this, { type: description.type, sdp: description.sdp.replaceAll("usedtx=0", "usedtx=1") });
  };
})();
