// Runs in a page before its own scripts: gives it a microphone that speaks recordings on cue, and notes what the page
// plays and shows. The product's code runs unchanged.
(() => {
  const now = () => performance.timeOrigin + performance.now();

  // A microphone: a track of silence into which `say` mixes a recording. Like a real one it never stops giving samples:
  // an output without a source stops a moment after each recording, and the bridge waits for packets that do not come.
  let voice = null;
  const open = () => {
    if (!voice) {
      const context = new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
      const output = context.createMediaStreamDestination();
      const silence = new ConstantSourceNode(context, { offset: 0 });
      silence.connect(output);
      silence.start();
      voice = { context, output };
    }
    return voice;
  };
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const tracks = video ? [picture(640, 360)] : [];
    if (audio) {
      const { context, output } = open();
      await context.resume();
      tracks.push(output.stream.getAudioTracks()[0].clone());
    }
    return new MediaStream(tracks);
  };
  navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([picture(800, 600)]);

  // A camera, or a screen: a stripe that moves, so that there is something to encode.
  const picture = (width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const paint = canvas.getContext("2d");
    const [track] = canvas.captureStream(8).getVideoTracks();
    let at = 0;
    const timer = setInterval(() => {
      if (track.readyState === "ended") return clearInterval(timer);
      paint.fillStyle = `hsl(${at} 60% 50%)`;
      paint.fillRect(0, 0, width, height);
      paint.clearRect((at += 16) % width, 0, 40, height);
    }, 125);
    return track;
  };

  /** Frames shown so far in a picture. */
  window.__frames = (selector) => document.querySelector(selector)?.getVideoPlaybackQuality().totalVideoFrames ?? 0;

  /** Speak a recording (base64 of a WAV or FLAC file); answers at its end with the wall clock of its first sample, ms. */
  window.__say = async (base64) => {
    const { context, output } = open();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(bytes.buffer) });
    source.connect(output);
    const at = context.currentTime + 0.05;
    const startedAt = now() + (at - context.currentTime) * 1000;
    source.start(at);
    await new Promise((resolve) => (source.onended = resolve));
    return { startedAt };
  };

  // What the listener hears: everything that the page connects to an output.
  const heard = (window.__heard = { rate: 0, blocks: [], startedAt: 0, recording: false });
  const recorders = new Map();
  const connect = AudioNode.prototype.connect;
  const recorder = (context) => {
    if (!recorders.has(context)) {
      const node = context.createScriptProcessor(1024, 1, 1);
      node.onaudioprocess = (event) => {
        if (!heard.recording) return;
        if (!heard.blocks.length) heard.startedAt = now();
        heard.blocks.push(event.inputBuffer.getChannelData(0).slice());
      };
      connect.call(node, context.destination);
      recorders.set(context, node);
      heard.rate = context.sampleRate;
    }
    return recorders.get(context);
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && !(this instanceof ScriptProcessorNode)) {
      connect.call(this, recorder(this.context));
    }
    return connect.call(this, target, ...rest);
  };
  window.__record = (on) => {
    if (on) heard.blocks = [];
    heard.recording = on;
  };
  /** The recording so far as base64 of float32 samples. */
  window.__recorded = () => {
    const bytes = new Uint8Array(heard.blocks.length * 4096);
    heard.blocks.forEach((block, i) => bytes.set(new Uint8Array(block.buffer), i * 4096));
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return { samples: btoa(text), rate: heard.rate, startedAt: heard.startedAt };
  };

  // When each dubbed track began to sound, after at least half a second of quiet (epoch ms).
  window.__onsets = [];
  window.__lastSound = 0;
  const watched = new WeakSet();
  const kept = []; // Chromium collects a script processor that nobody holds, though it is connected
  const watch = (element) => {
    if (watched.has(element) || !element.srcObject) return;
    watched.add(element);
    const context = new AudioContext();
    const node = context.createScriptProcessor(256, 1, 1);
    let quiet = Infinity;
    node.onaudioprocess = (event) => {
      const loud = event.inputBuffer.getChannelData(0).some((v) => Math.abs(v) > 0.01);
      if (loud && quiet > context.sampleRate / 2) window.__onsets.push({ at: now(), speaker: element.dataset.speaker });
      if (loud) window.__lastSound = now();
      quiet = loud ? 0 : quiet + 256;
    };
    const source = context.createMediaStreamSource(element.srcObject);
    kept.push(context, source, node);
    connect.call(source, node);
    connect.call(node, context.destination);
  };
  setInterval(() => document.querySelectorAll('#audio audio[data-track="dubbed"]').forEach(watch), 100);

  // Gains over time, by speaker, to see when the original came back.
  window.__gains = [];
  const seen = (window.__seen = []);
  const note = (element) => {
    const text = element.textContent.trim();
    const line = element.closest("li");
    if (!text || !line) return;
    const interim = (element.matches(".translation") ? element : line).hasAttribute("data-grows");
    seen.push({ id: element.id || line.id, kind: element.className, text, at: now(), interim });
  };
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "attributes" && record.target.dataset?.gain !== undefined) {
        window.__gains.push({ at: now(), speaker: record.target.dataset.speaker, track: record.target.dataset.track, gain: +record.target.dataset.gain });
      }
      for (const node of record.addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches("p.source, p.translation")) note(node);
        node.querySelectorAll("p.source, p.translation").forEach(note);
      }
    }
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-gain"] });
})();
