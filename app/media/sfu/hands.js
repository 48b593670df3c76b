/** Who in a room has raised a hand, in the order raised. */

export class Hands {
  /** @type {Set<string>} Ids of participants. */ #raised = new Set();

  /** Ids of participants, the first to raise a hand first. */
  get all() {
    return [...this.#raised];
  }

  /** @param {string} id @returns {boolean} Whether it was down: a hand that is up keeps its place. */
  raise(id) {
    if (this.#raised.has(id)) return false;
    this.#raised.add(id);
    return true;
  }

  /** @param {readonly string[]} ids @returns {string[]} Those that were up. */
  lower(ids) {
    return ids.filter((id) => this.#raised.delete(id));
  }
}
