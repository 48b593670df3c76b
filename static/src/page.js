/** The elements of templates/call.html that this page talks through. Any of them may be missing. */

/** @param {string} id */
export function byId(id) {
  return document.getElementById(id);
}

/** The page's CSRF token. */
export function csrfToken() {
  return document.querySelector("meta[name='csrf-token']")?.getAttribute("content") ?? "";
}

/** @typedef {import("./microphone.js").MicrophoneState} MicrophoneState */

/** @type {Partial<Record<MicrophoneState, string>>} */
const MICROPHONE_PROBLEMS = { denied: "micDenied", none: "micNone", insecure: "micInsecure" };

export class Page {
  #texts;
  #connection = byId("connection");
  #notice = byId("notice");
  #mic = byId("mic");
  #sound = byId("sound");

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
   * Says what is missing from the call: one line each for the interpreter and one's own microphone.
   * @param {{ reason: string, text: string } | null} interpreter
   * @param {MicrophoneState} microphone
   */
  notices(interpreter, microphone) {
    if (!this.#notice) return;
    const problem = MICROPHONE_PROBLEMS[microphone];
    const lines = [
      ...(interpreter ? [interpreter] : []),
      ...(problem ? [{ reason: problem, text: this.#texts[problem] ?? problem }] : []),
    ];
    const now = JSON.stringify(lines);
    if (this.#notice.dataset.lines === now) return; // said once: screen readers repeat what is set again
    this.#notice.dataset.lines = now;
    this.#notice.dataset.reason = lines[0]?.reason ?? "";
    this.#notice.hidden = lines.length === 0;
    this.#notice.replaceChildren(
      ...lines.map(({ reason, text }) => {
        const line = document.createElement("p");
        line.dataset.reason = reason;
        line.textContent = text;
        return line;
      }),
    );
  }

  /**
   * Shows the microphone as on (pressed) or not.
   * @param {MicrophoneState} state
   */
  microphone(state) {
    if (!this.#mic) return;
    this.#mic.hidden = state === "off";
    this.#mic.dataset.state = state;
    this.#mic.setAttribute("aria-pressed", String(state === "on"));
    this.#mic.title = (state === "on" ? this.#texts.unmuted : this.#texts.muted) ?? "";
  }

  /** @param {boolean} blocked whether the browser holds the sound back */
  sound(blocked) {
    if (this.#sound) this.#sound.hidden = !blocked;
  }

  /**
   * @param {() => void} onMicrophone the microphone button
   * @param {() => void} onGesture any gesture, which lets the browser play sound
   */
  listen(onMicrophone, onGesture) {
    this.#mic?.addEventListener("click", onMicrophone);
    for (const type of ["pointerdown", "click", "keydown"]) document.addEventListener(type, onGesture, { capture: true });
  }
}
