/** What two people at one device have said, line by line, as the feeds of both languages bring it. No DOM. */

/**
 * @typedef {object} Caption one event of the caption feed (docs/feed.md), as far as it is of use here
 * @property {string} segment
 * @property {string} language
 * @property {string} source_language
 * @property {string} text
 * @property {boolean} final
 * @property {boolean} draft
 * @property {number} spoken_at
 *
 * @typedef {object} Line
 * @property {string} segment
 * @property {string} source what it is spoken in
 * @property {number} at when it was said, epoch seconds
 * @property {Record<string, string>} texts by language
 * @property {ReadonlySet<string>} finals languages whose text changes no more
 * @property {boolean} draft whether its translation is one
 */

/** Lines that are kept on the page: people at a counter do not scroll back far. */
export const MOST = 40;

export class TalkLines {
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** Utterances that are taken back: what still comes of them is of no use. @type {Set<string>} */
  #gone = new Set();

  /** In the order in which they were said. */
  get all() {
    return [...this.#lines.values()].sort((one, other) => one.at - other.at);
  }

  /** Whether nothing has been said. */
  get empty() {
    return this.#lines.size === 0;
  }

  /**
   * Takes in what a feed brings.
   * @param {Caption} caption
   * @returns {boolean} whether anything is new
   */
  take({ segment, language, source_language: source, text, final, draft, spoken_at: at }) {
    const before = this.#lines.get(segment);
    if (this.#gone.has(utteranceOf(segment)) || !text || (before?.finals.has(language) && !final)) return false;
    if (before?.texts[language] === text && before.finals.has(language) === final) return false;
    const finals = new Set(before?.finals);
    if (final) finals.add(language);
    const texts = { ...before?.texts, [language]: text };
    this.#lines.set(segment, { segment, source, at: before?.at ?? at, texts, finals, draft: draft || (before?.draft ?? false) });
    for (const { segment: oldest } of this.all.slice(0, Math.max(0, this.#lines.size - MOST))) this.#lines.delete(oldest);
    return true;
  }

  /**
   * Takes a line back, and the other line of its utterance where that was cut: it is in one language.
   * @param {string} segment
   */
  withdraw(segment) {
    const utterance = utteranceOf(segment);
    this.#gone.add(utterance);
    for (const other of this.#lines.keys()) if (utteranceOf(other) === utterance) this.#lines.delete(other);
  }

  /** Forgets everything: what still comes of it is of another talk. */
  clear() {
    for (const segment of this.#lines.keys()) this.#gone.add(utteranceOf(segment));
    this.#lines.clear();
  }
}

/**
 * What a line is a sentence of.
 * @param {string} segment
 */
function utteranceOf(segment) {
  return segment.replace(/\.\d+$/, "");
}
