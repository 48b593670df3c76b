/** Typed lines of a room that its bridge has been given and has not published yet: the next bridge gets them, too. */

/** @typedef {import('./participant.js').Typed & {participant: string}} Line */
/** @typedef {Pick<Line, 'participant' | 'line'>} Name A line of somebody, by their own name for it. */

/** Lines of a room at most; of more the oldest are given up. */
const MOST = 200;

export class Unpublished {
  /** @type {Map<string, Line>} In the order in which they were typed. */ #lines = new Map();

  /** The oldest first. */
  get all() {
    return [...this.#lines.values()];
  }

  /** @param {Line} line */
  add(line) {
    this.#lines.set(keyOf(line), line);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > MOST && oldest !== undefined) this.#lines.delete(oldest);
  }

  /** @param {Name} name */
  remove(name) {
    this.#lines.delete(keyOf(name));
  }
}

/** @param {Name} name */
const keyOf = ({ participant, line }) => `${participant}/${line}`;
