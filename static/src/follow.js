/** Keeps the newest line in view until the reader scrolls back. */

const AT_END_PX = 48;

export class Follow {
  /** Whether the reader is at the newest line. */
  following = true;
  #list;
  #scroller;
  #last = 0;
  #button;

  /**
   * @param {HTMLElement} list
   * @param {string} newest label of the button that leads back to the newest line
   */
  constructor(list, newest) {
    this.#list = list;
    this.#scroller = scrollerOf(list);
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.className = "newest";
    this.#button.textContent = newest;
    this.#button.hidden = true;
    this.#button.addEventListener("click", () => this.#resume());
    list.after(this.#button);
    const source = this.#scroller === document.scrollingElement ? document : this.#scroller;
    source.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    source.addEventListener("wheel", (event) => this.#onWheel(/** @type {WheelEvent} */ (event)), { passive: true });
    source.addEventListener("touchstart", () => this.#halt(), { passive: true });
    // A notice above, a turned phone: the newest line stays where it is. Observers of sizes run before the paint.
    new ResizeObserver(() => this.changed("instant")).observe(this.#scroller);
    window.addEventListener("resize", () => this.changed("instant"));
    this.#toEnd("instant");
  }

  /**
   * The list has changed, or the room that it has.
   * @param {ScrollBehavior} near how to go to an end that is near
   */
  changed(near) {
    if (this.following) this.#toEnd(near);
    // Lines removed above, or grown shorter, move the scroll position too: that is not the reader.
    this.#last = this.#scroller.scrollTop;
  }

  #resume() {
    this.following = true;
    this.#button.hidden = true;
    this.#toEnd("smooth");
  }

  /** @param {WheelEvent} event */
  #onWheel({ deltaY }) {
    if (deltaY >= 0 || this.#scroller.scrollTop === 0) return;
    if (this.following) this.#halt();
    this.following = false;
    this.#button.hidden = false;
  }

  /** Chromium lets its own smooth scroll run on against the reader's hand. */
  #halt() {
    this.#scroller.scrollTo({ top: this.#scroller.scrollTop, behavior: "instant" });
  }

  #onScroll() {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    // On its way down, a smooth scroll is short of the end without the reader having left it.
    if (scrollHeight - scrollTop - clientHeight <= AT_END_PX) this.following = true;
    else if (scrollTop < this.#last - 1) this.following = false;
    this.#last = scrollTop;
    this.#button.hidden = this.following;
  }

  /** @param {ScrollBehavior} near how, where it is not far */
  #toEnd(near) {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    const far = scrollHeight - scrollTop - clientHeight > clientHeight;
    this.#scroller.scrollTo({ top: scrollHeight, behavior: far || document.hidden || calm() ? "instant" : near });
  }
}

/**
 * What scrolls when the list grows.
 * @param {HTMLElement} list
 * @returns {Element}
 */
function scrollerOf(list) {
  for (let element = /** @type {Element | null} */ (list); element; element = element.parentElement) {
    if (element === document.body || element === document.documentElement) break;
    if (/auto|scroll/.test(getComputedStyle(element).overflowY)) return element;
  }
  return document.scrollingElement ?? document.documentElement;
}

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
