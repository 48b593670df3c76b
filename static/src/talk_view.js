/** The two halves of a talk's page (templates/talk.html): lines, lights, buttons to speak. */

/** Lines whose language can be put right: the bridge keeps the sound of the newest alone. */
const RECENT = 2;
/** How long a half says what became of a press, ms. */
const TOLD_MS = 5_000;

/**
 * @typedef {import("./talk_lines.js").Line} Line
 * @typedef {"listening" | "speaking" | "held" | "off" | "waiting"} Light
 * @typedef {{ language: string, words: Readonly<Record<string, string>> }} HalfConfig
 *
 * @typedef {object} Listener
 * @property {(language: string) => void} onPress somebody begins to speak with a button
 * @property {() => void} onRelease
 * @property {(line: Line, language: string) => void} onWrong a line is in this language
 */

export class TalkView {
  #halves;

  /**
   * @param {readonly HalfConfig[]} halves
   * @param {Listener} listener
   */
  constructor(halves, listener) {
    this.#halves = halves.map((half) => new Half(half, listener));
  }

  /** @param {readonly Line[]} lines in order */
  show(lines) {
    for (const half of this.#halves) half.show(lines, this.#halves.map(({ language }) => language));
  }

  /** @param {(language: string) => Light} lightOf */
  light(lightOf) {
    for (const half of this.#halves) half.light(lightOf(half.language));
  }

  /** @param {string} language whose button is held; "" for none */
  held(language) {
    for (const half of this.#halves) half.button.setAttribute("aria-pressed", String(half.language === language));
  }

  /** @param {string} key of the halves' words */
  tell(key) {
    for (const half of this.#halves) half.tell(key);
  }
}

class Half {
  language;
  button;
  #words;
  #listener;
  #list;
  #light;
  #empty;
  /** @type {Map<string, string>} what each line shows */
  #shown = new Map();
  /** What is said in place of the light's words, and until when. */
  #told = "";
  #toldUntil = -Infinity;

  /**
   * @param {HalfConfig} config
   * @param {Listener} listener
   */
  constructor({ language, words }, listener) {
    this.language = language;
    this.#words = words;
    this.#listener = listener;
    const section = /** @type {HTMLElement} */ (document.querySelector(`[data-half="${language}"]`));
    this.#list = /** @type {HTMLElement} */ (section.querySelector(".said"));
    this.#light = /** @type {HTMLElement} */ (section.querySelector(".light"));
    this.#empty = /** @type {HTMLElement} */ (section.querySelector(".empty"));
    this.button = /** @type {HTMLElement} */ (section.querySelector(".hold"));
    tendHold(this.button, () => listener.onPress(language), () => listener.onRelease());
  }

  /**
   * @param {readonly Line[]} lines
   * @param {readonly string[]} both languages
   */
  show(lines, both) {
    this.#empty.hidden = lines.length > 0;
    const wanted = lines.map((line, index) => this.#item(line, both, index >= lines.length - RECENT));
    const kept = new Set(lines.map(({ segment }) => segment));
    for (const segment of this.#shown.keys()) if (!kept.has(segment)) this.#shown.delete(segment);
    if (wanted.some((item, index) => this.#list.children[index] !== item) || this.#list.childElementCount !== wanted.length) {
      this.#list.replaceChildren(...wanted);
    }
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** @param {Light} light */
  light(light) {
    const text = performance.now() < this.#toldUntil ? this.#told : (this.#words[light] ?? "");
    if (this.#light.dataset.light !== light) this.#light.dataset.light = light;
    if (this.#light.textContent !== text) this.#light.textContent = text;
  }

  /** @param {string} key */
  tell(key) {
    this.#told = this.#words[key] ?? "";
    this.#toldUntil = performance.now() + TOLD_MS;
  }

  /**
   * @param {Line} line
   * @param {readonly string[]} both
   * @param {boolean} recent
   */
  #item(line, both, recent) {
    const state = JSON.stringify([line.texts, [...line.finals], line.source, recent]);
    const there = this.#list.querySelector(`[data-segment="${CSS.escape(line.segment)}"]`);
    if (there && this.#shown.get(line.segment) === state) return there;
    this.#shown.set(line.segment, state);
    const item = there ?? document.createElement("li");
    const mine = line.source === this.language;
    item.setAttribute("data-segment", line.segment);
    item.classList.toggle("mine", mine);
    item.toggleAttribute("data-grows", !line.finals.has(this.language));
    const source = paragraph("source", line.source, line.texts[line.source] ?? "");
    const parts = mine ? [source] : [paragraph("translation", this.language, line.texts[this.language] ?? "…"), source];
    const other = both.find((language) => language !== line.source);
    const correctable = recent && other && line.finals.has(line.source);
    item.replaceChildren(...parts, ...(correctable ? [this.#wrong(line, other)] : []));
    return item;
  }

  /**
   * @param {Line} line
   * @param {string} language
   */
  #wrong(line, language) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small wrong";
    button.textContent = this.#words[`wrong_${language}`] ?? language;
    button.addEventListener("click", () => this.#listener.onWrong(line, language));
    return button;
  }
}

/**
 * @param {string} name
 * @param {string} language
 * @param {string} text
 */
function paragraph(name, language, text) {
  const element = document.createElement("p");
  element.className = name;
  element.lang = language;
  element.dir = "auto";
  element.textContent = text;
  return element;
}

/**
 * A button that counts while it is held, by finger or by key; a press that no key or finger makes, as a screen reader's,
 * holds it until the next.
 * @param {HTMLElement} button
 * @param {() => void} onPress
 * @param {() => void} onRelease
 */
export function tendHold(button, onPress, onRelease) {
  let held = false;
  let byHand = false;
  const press = () => {
    byHand = true;
    if (!held) onPress();
    held = true;
  };
  const release = () => {
    if (held) onRelease();
    held = false;
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    try {
      button.setPointerCapture(event.pointerId);
    } catch (error) {
      console.debug("talk: this pointer cannot be followed:", error);
    }
    press();
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(type, release);
  button.addEventListener("keydown", (event) => {
    if (event.repeat || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    press();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") release();
  });
  button.addEventListener("click", () => {
    if (!byHand) {
      if (held) release();
      else {
        held = true;
        onPress();
      }
    }
    byHand = false;
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // what phones make of a long press
}
