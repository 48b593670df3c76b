/** The elements of templates/call.html that this page talks through. Any of them may be missing. */

/** @param {string} id */
export function byId(id) {
  return document.getElementById(id);
}

/** The page's CSRF token. */
export function csrfToken() {
  return document.querySelector("meta[name='csrf-token']")?.getAttribute("content") ?? "";
}

/** After these, keys of the texts as every status is, the call is over for a page. */
export const FINAL = ["replaced", "roomClosed", "idleEnded", "callEnded", "removed", "notAllowed", "browserTooOld"];

/**
 * @typedef {import("./microphone.js").MicrophoneState} MicrophoneState
 * @typedef {import("./picture.js").PictureState} PictureState
 * @typedef {{ reason: string, text: string }} Line
 * @typedef {{ text: string, take: () => void }} Offer a key of the texts, and what a press does
 */

/**
 * What is wrong with one's own devices, as keys of the texts.
 * @type {Readonly<Record<"mic" | "camera" | "screen", Readonly<Record<string, string>>>>}
 */
const PROBLEMS = {
  mic: { silenced: "micSilenced", denied: "micDenied", none: "micNone", insecure: "micInsecure" },
  camera: { denied: "cameraDenied", none: "cameraNone", insecure: "cameraInsecure", full: "cameraFull" },
  screen: { none: "screenNone", insecure: "screenNone", full: "cameraFull", taken: "screenTaken" },
};

/** @type {Readonly<Record<import("./quality.js").Quality, string>>} */
const NETWORK = { good: "networkGood", fair: "networkFair", poor: "networkPoor" };

/** How long it stays on the page what a host has done, ms. */
const TOLD_MS = 15_000;

export class Page {
  #texts;
  #connection = byId("connection");
  #notice = byId("notice");
  #network = byId("network");
  #sound = byId("sound");
  #telling = 0;
  /** Whether the focus was in a notice that has gone. */
  #held = false;

  /** @param {Readonly<Record<string, string>>} texts */
  constructor(texts) {
    this.#texts = texts;
    if (this.#sound) this.#sound.textContent = texts.soundBlocked ?? "";
  }

  /**
   * Says how the connection is.
   * @param {string} status a key of the texts
   */
  status(status) {
    document.body.dataset.state = status;
    if (this.#connection) this.#connection.textContent = this.#texts[status] ?? status;
  }

  /**
   * Says what is missing from the call: one line each for the interpreter and one's own devices.
   * @param {Line | null} interpreter
   * @param {{ mic: MicrophoneState, camera: PictureState, screen: PictureState }} own
   * @param {Readonly<Record<string, Offer>>} offers what can be done about it by one press, by reason
   */
  notices(interpreter, own, offers) {
    if (!this.#notice) return;
    const problems = /** @type {("mic" | "camera" | "screen")[]} */ (["mic", "camera", "screen"])
      .map((device) => PROBLEMS[device][own[device]])
      .filter((problem) => problem !== undefined);
    const lines = [
      ...(interpreter ? [interpreter] : []),
      ...problems.map((reason) => ({ reason, text: this.#texts[reason] ?? reason })),
    ];
    const now = JSON.stringify(lines);
    if (this.#notice.dataset.lines === now) return; // said once: screen readers repeat what is set again
    this.#notice.dataset.lines = now;
    this.#notice.dataset.reason = lines[0]?.reason ?? "";
    this.#notice.hidden = lines.length === 0;
    this.#held ||= this.#notice.contains(document.activeElement);
    this.#notice.replaceChildren(
      ...lines.map(({ reason, text }) => {
        const line = document.createElement("p");
        line.dataset.reason = reason;
        line.textContent = text;
        const offer = offers[reason];
        if (offer) line.append(" ", this.#button(offer));
        return line;
      }),
    );
    const button = this.#notice.querySelector("button");
    if (!this.#held || !button || document.activeElement !== document.body) return;
    this.#held = false;
    button.focus(); // who works by keyboard goes on where they were
  }

  /** @param {Offer} offer */
  #button({ text, take }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.textContent = this.#texts[text] ?? text;
    button.addEventListener("click", take);
    return button;
  }

  /**
   * Shows one of one's own devices as on (pressed) or not.
   * @param {"mic" | "camera" | "screen"} device
   * @param {MicrophoneState | PictureState} state
   * @param {boolean} hidden
   */
  device(device, state, hidden) {
    const button = byId(device);
    if (!button) return;
    button.hidden = hidden;
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "on"));
    if (device === "mic") button.title = (state === "on" ? this.#texts.unmuted : this.#texts.muted) ?? "";
  }

  /**
   * Says how good one's own network is.
   * @param {import("./quality.js").Quality} quality
   * @param {import("./quality.js").Network} network
   */
  network(quality, { rtt, lost }) {
    if (!this.#network) return;
    this.#network.hidden = false;
    this.#network.title = `${Math.round(rtt * 1000)} ms, ${(lost * 100).toFixed(1)} %`;
    if (this.#network.dataset.quality === quality) return;
    this.#network.dataset.quality = quality;
    this.#network.textContent = this.#texts[NETWORK[quality]] ?? quality;
  }

  /**
   * Says what a host has done, or somebody who raises a hand.
   * @param {string} text
   */
  tell(text) {
    const told = byId("told");
    if (!told) return;
    told.hidden = false;
    told.textContent = text;
    window.clearTimeout(this.#telling);
    this.#telling = window.setTimeout(() => { told.hidden = true; }, TOLD_MS);
  }

  /**
   * Says whether sound comes out, and how to have it.
   * @param {boolean} blocked whether the browser holds it back
   * @param {boolean} [taken] whether the system has taken it away
   */
  sound(blocked, taken = false) {
    if (this.#sound) this.#sound.hidden = !blocked;
    const taking = byId("sound-taken");
    if (taking && taking.hidden === (blocked && taken)) {
      taking.hidden = !(blocked && taken);
      taking.textContent = taking.hidden ? "" : (this.#texts.soundTaken ?? "");
    }
  }

  /**
   * @param {Readonly<Partial<Record<"mic" | "camera" | "screen", () => void>>>} onDevice the buttons
   * @param {() => void} onGesture any gesture, which lets the browser play sound
   */
  listen(onDevice, onGesture) {
    for (const [device, toggle] of Object.entries(onDevice)) byId(device)?.addEventListener("click", toggle);
    for (const type of ["pointerdown", "click", "keydown"]) document.addEventListener(type, onGesture, { capture: true });
  }
}
