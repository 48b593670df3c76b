/** Something that holds while a button or a key is held down, or from one quick press to the next. */

/** A press that is over sooner than this locks, ms. */
export const QUICK_MS = 300;

/** Where the space bar does something of its own. */
const TAKES_SPACE = "button, a[href], summary, input, select, textarea, video, audio, [contenteditable], [role=button]";
/** What takes typed keys for itself. */
const TYPING = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";

/** @typedef {"off" | "held" | "locked"} Held */

export class Hold {
  /** @type {Held} */
  state = "off";
  #since = 0;
  #pressed = false;
  /** Whether the press that goes on ends a lock. */
  #unlocks = false;
  #onChange;
  #now;

  /**
   * @param {() => void} onChange
   * @param {() => number} [now] ms
   */
  constructor(onChange, now = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  get on() {
    return this.state !== "off";
  }

  /** Something goes down. */
  press() {
    if (this.#pressed) return;
    this.#pressed = true;
    this.#unlocks = this.state === "locked";
    this.#since = this.#now();
    this.#become("held");
  }

  /** It comes up again: a quick press locks, the next one unlocks. */
  release() {
    if (!this.#pressed) return;
    const quick = this.#now() - this.#since < QUICK_MS;
    this.#pressed = false;
    this.#become(quick && !this.#unlocks ? "locked" : "off");
  }

  /** It is not known any more whether it is down: the page has lost the keyboard or the pointer. */
  lose() {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#become("off");
  }

  /** A press that is no holding, as those of screen readers and of voice control. */
  tap() {
    this.#pressed = false;
    this.#become(this.on ? "off" : "locked");
  }

  /** Over, whatever it was. */
  end() {
    this.#pressed = false;
    this.#become("off");
  }

  /** @param {Held} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#onChange();
  }
}

/**
 * Whether a key that goes down anywhere on the page is meant for a `Hold`.
 * @param {{ key: string, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean }} event
 * @param {string} own the key of the `Hold`, in lower case
 * @param {{ matches: (selector: string) => boolean } | null} focused
 */
export function isMeant({ key, ctrlKey, altKey, metaKey }, own, focused) {
  if (ctrlKey || altKey || metaKey || key.toLowerCase() !== own) return false;
  return !focused?.matches(own === " " ? TAKES_SPACE : TYPING);
}

/**
 * Lets a button, by pointer and by keyboard, and a key anywhere hold something.
 * @param {Hold} hold
 * @param {HTMLElement | null} button where it is hidden, nothing holds
 * @param {string} key in lower case
 * @param {AbortSignal} signal ends it
 */
export function tendHold(hold, button, key, signal) {
  if (!button) return;
  /** @type {string | null} the key that is down, by its place on the keyboard */
  let down = null;
  const singleKeys = () => document.querySelector("#reading-form [name=keys]:not(:checked)") === null;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    hold.press();
  }, { signal });
  button.addEventListener("pointerup", () => hold.release(), { signal });
  button.addEventListener("pointercancel", () => hold.lose(), { signal });
  button.addEventListener("contextmenu", (event) => event.preventDefault(), { signal }); // a long press of a finger
  button.addEventListener("click", ({ detail }) => {
    if (detail === 0) hold.tap(); // of no pointer, and of no key: those are taken below
  }, { signal });
  document.addEventListener("keydown", (event) => {
    const onIt = document.activeElement === button && (event.key === " " || event.key === "Enter");
    if (button.hidden || !(onIt || (singleKeys() && isMeant(event, key, document.activeElement)))) return;
    event.preventDefault();
    if (event.repeat || down !== null) return;
    down = event.code;
    hold.press();
  }, { signal });
  document.addEventListener("keyup", (event) => {
    if (event.code !== down) return;
    event.preventDefault(); // browsers press a button when the space bar comes up
    down = null;
    hold.release();
  }, { signal });
  const lose = () => {
    down = null;
    hold.lose();
  };
  window.addEventListener("blur", lose, { signal });
  document.addEventListener("visibilitychange", () => document.hidden && lose(), { signal });
}
