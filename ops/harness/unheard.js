// For a call page that stays behind only so that others find somebody there: it sends its voice as it is, and plays
// nothing. What three such pages did to sounds that nobody heard took a fifth of a core for as long as tests ran beside.
(() => {
  const { mediaDevices } = navigator;
  const take = mediaDevices?.getUserMedia.bind(mediaDevices);
  const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  if (take) mediaDevices.getUserMedia = () => take({ audio: raw });

  window.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      void super.suspend();
    }

    async resume() {}
  };
  HTMLMediaElement.prototype.play = async () => {};
})();
