/** Devices for tests: what a browser has of them, and a question to the person that stays open until it is answered. */

/** A track of a device. */
export class Track extends EventTarget {
  enabled = true;
  muted = false;
  readyState = "live";
  contentHint = "";

  /**
   * @param {"audio" | "video"} kind
   * @param {string} deviceId
   */
  constructor(kind, deviceId) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }

  getSettings() {
    return { deviceId: this.deviceId, height: 540 };
  }

  stop() {
    this.readyState = "ended";
  }

  /** The device is gone. */
  end() {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }

  /** @param {boolean} muted by the system: a call on the phone, a switch on the headset */
  silence(muted) {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  }
}

/** What `navigator.mediaDevices` is in a page, with devices to plug in and out. */
export class Devices extends EventTarget {
  /** @type {{ kind: MediaDeviceKind, deviceId: string, label: string }[]} the system's choice of each kind first */
  list = [];
  /** @type {Track[]} every one that has been opened */
  tracks = [];
  /** @type {{ answer: () => void, refuse: (name: string) => void }[]} questions that the person has not answered */
  asked = [];
  /** @type {string} the name of the error with which nothing opens, "" while devices work */
  broken = "";
  /** Whether the browser asks the person each time. */
  asks = false;

  /** Takes the place of this Node's `navigator`. */
  install() {
    const navigator = { mediaDevices: this };
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
    return this;
  }

  /** The tracks that are open now. */
  get open() {
    return this.tracks.filter(({ readyState }) => readyState === "live");
  }

  /**
   * @param {MediaDeviceKind} kind
   * @param {...string} ids
   */
  have(kind, ...ids) {
    this.list = [...this.list.filter((one) => one.kind !== kind), ...ids.map((id) => ({ kind, deviceId: id, label: id }))];
    this.dispatchEvent(new Event("devicechange"));
  }

  /** @param {string} id of a device that is pulled out while it may be open */
  pull(id) {
    this.list = this.list.filter(({ deviceId }) => deviceId !== id);
    for (const track of this.open) if (track.deviceId === id) track.end();
    this.dispatchEvent(new Event("devicechange"));
  }

  async enumerateDevices() {
    return this.list;
  }

  /** @param {MediaStreamConstraints} constraints */
  async getUserMedia({ audio, video }) {
    return this.#open(audio ? "audio" : "video", audio || video);
  }

  /** @param {MediaStreamConstraints} constraints */
  async getDisplayMedia({ video }) {
    return this.#open("video", video);
  }

  /**
   * @param {"audio" | "video"} kind
   * @param {any} constraints
   */
  async #open(kind, constraints) {
    if (this.asks) {
      await new Promise((resolve, reject) => {
        this.asked.push({ answer: () => resolve(undefined), refuse: (name) => reject(new DOMException("", name)) });
      });
    }
    if (this.broken) throw new DOMException("", this.broken);
    const there = this.list.filter((one) => one.kind === `${kind}input`);
    const device = there.find(({ deviceId }) => deviceId === constraints.deviceId?.ideal) ?? there[0];
    if (!device) throw new DOMException("", "NotFoundError");
    const track = new Track(kind, device.deviceId);
    this.tracks.push(track);
    return { getTracks: () => [track], getAudioTracks: () => [track], getVideoTracks: () => [track] };
  }
}

/** Until everything that can go on without an event has. */
export async function settled() {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
