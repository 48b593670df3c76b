/** Who interprets in a room: for each language pair one person at a time, who says what others say in another language. */

import { RequestError } from './errors.js';
import { interpretsPair } from './rights.js';

/** @typedef {import('./room.js').Member} Member */
/** @typedef {{pair: string, participant: string | null}} Change */

export class Booths {
  /** @type {Map<string, string>} Ids of participants by pair. */ #on = new Map();

  /** Who interprets what now. */
  get all() {
    return [...this.#on].map(([pair, participant]) => ({ pair, participant }));
  }

  /** @param {string} id @returns {boolean} Whether somebody interprets now. */
  has(id) {
    return [...this.#on.values()].includes(id);
  }

  /**
   * Somebody begins, in place of whoever interprets that pair until now.
   *
   * @param {Member} member
   * @param {string} pair
   * @returns {Change[]} What has changed, in that order.
   * @throws {RequestError} `forbidden`
   */
  take(member, pair) {
    if (!interpretsPair(member.rights, pair)) throw new RequestError('forbidden', 'You are no interpreter of these languages here: ask a host.');
    if (this.#on.get(pair) === member.id) return [];
    const before = this.#end(member.id);
    this.#on.set(pair, member.id);
    return [...before, { pair, participant: member.id }];
  }

  /** @param {Member} member Interprets no more. @returns {Change[]} */
  rest(member) {
    return this.#end(member.id);
  }

  /** @param {Member} member Interprets only what they may; nothing when they have left. @param {boolean} here @returns {Change[]} */
  restrict(member, here) {
    return this.#end(member.id, (pair) => !here || !interpretsPair(member.rights, pair));
  }

  /**
   * @param {string} id
   * @param {(pair: string) => boolean} [which]
   * @returns {Change[]}
   */
  #end(id, which = () => true) {
    const over = this.all.filter(({ pair, participant }) => participant === id && which(pair));
    return over.map(({ pair }) => {
      this.#on.delete(pair);
      return { pair, participant: null };
    });
  }
}
