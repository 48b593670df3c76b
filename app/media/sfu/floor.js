/** Who in a room wants to speak, with a raised hand, and who speaks for others: those who interpret. */

import { Booths } from './booths.js';
import { Hands } from './hands.js';

/** @typedef {import('./members.js').Member} Member */

export class Floor {
  #tell;
  #hands = new Hands();
  #booths = new Booths();

  /** @param {(event: string, data: object) => void} tell Tells everybody. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Ids of those whose hand is up, in the order raised. */
  get hands() {
    return this.#hands.all;
  }

  /** Who interprets what now. */
  get interpreting() {
    return this.#booths.all;
  }

  /** @param {string} id Of somebody in the room, who wants to speak. */
  raiseHand(id) {
    if (this.#hands.raise(id)) this.#tell('handRaised', { participant: id });
  }

  /** @param {string} by Who lowers them. @param {readonly string[]} [ids] Whose; all without. */
  lowerHands(by, ids = this.#hands.all) {
    const participants = this.#hands.lower(ids);
    if (participants.length > 0) this.#tell('handsLowered', { participants, by });
  }

  /**
   * Somebody interprets from now on, in the machine's place and that of whoever did until now.
   *
   * @param {Member} member
   * @param {string} pair
   * @throws {import('./errors.js').RequestError} `forbidden`
   */
  interpret(member, pair) {
    this.#tellOfBooths(this.#booths.take(member, pair));
  }

  /** @param {Member} member Interprets no more. */
  stopInterpreting(member) {
    this.#tellOfBooths(this.#booths.rest(member));
  }

  /** @param {Member} member Interprets only as their rights allow. */
  restrict(member) {
    this.#tellOfBooths(this.#booths.restrict(member, true));
  }

  /** @param {Member} member Has left. */
  leave(member) {
    this.#hands.lower([member.id]);
    this.#tellOfBooths(this.#booths.restrict(member, false));
  }

  /** @param {readonly import('./booths.js').Change[]} changes */
  #tellOfBooths(changes) {
    for (const change of changes) this.#tell('interpreting', change);
  }
}
