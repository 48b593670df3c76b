/** Who in a room may speak, and wants to: raised hands, turns where they are taken, and those who interpret. */

import { Booths } from './booths.js';
import { Hands } from './hands.js';
import { Turns } from './turns.js';

/** @typedef {import('./members.js').Member} Member */

/**
 * @typedef {object} Options
 * @property {(event: string, data: object) => void} tell Tells everybody.
 * @property {() => void} onTurn Others may be heard now than before.
 * @property {(participant: string) => boolean} isHeard Whether others still hear what somebody has said.
 * @property {number} settles As of `Turns`; milliseconds.
 * @property {number} waits Likewise.
 */

export class Floor {
  #members;
  #options;
  #hands = new Hands();
  #booths = new Booths();
  #turns;

  /** @param {import('./members.js').Members} members @param {Options} options */
  constructor(members, options) {
    this.#members = members;
    this.#options = options;
    const { settles, waits, isHeard } = options;
    this.#turns = new Turns({
      settles, waits, isHeard,
      next: () => this.#callNext(),
      onTurn: (turn) => {
        options.tell('turn', { turn });
        options.onTurn();
      },
    });
  }

  /** Ids of those whose hand is up, in the order raised. */
  get hands() {
    return this.#hands.all;
  }

  /** Who interprets what now. */
  get interpreting() {
    return this.#booths.all;
  }

  /** Whose turn it is; null: everybody speaks when they like. */
  get turn() {
    return this.#turns.now;
  }

  /** Whether a voice is to be heard. Whoever interprets speaks with everybody. @param {import('./tracks.js').Track} track */
  allows({ source, track, participant }) {
    if (source !== 'voice' || track !== 'original' || this.#members.get(participant)?.owner !== null) return true;
    return this.#turns.allows(participant) || this.#booths.has(participant);
  }

  /** @param {string} id Of somebody in the room, who wants to speak. */
  raiseHand(id) {
    if (this.#hands.raise(id)) this.#options.tell('handRaised', { participant: id });
    this.#turns.look();
  }

  /** @param {string | null} by Who lowers them; null: it is the turn of whoever had raised it. @param {readonly string[]} [ids] Whose; all without. */
  lowerHands(by, ids = this.#hands.all) {
    const participants = this.#hands.lower(ids);
    if (participants.length > 0) this.#options.tell('handsLowered', { participants, by });
  }

  /** @param {boolean} taken Whether one speaks after the other from now on. */
  takeTurns(taken) {
    this.#turns.take(taken);
  }

  /** @param {string} id Whose turn is over; said once more, nobody waits until they have been heard. */
  endTurn(id) {
    this.#turns.end(id);
  }

  /** It may be somebody's turn now: what was said has been heard. */
  look() {
    this.#turns.look();
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

  /** @param {Member} member Speaks and interprets only as their rights allow. */
  restrict(member) {
    this.#tellOfBooths(this.#booths.restrict(member, true));
    if (this.turn?.speaker === member.id && !member.rights.includes('audio')) this.#turns.end(member.id);
    this.#turns.look();
  }

  /** @param {Member} member Has left. */
  leave(member) {
    this.#hands.lower([member.id]);
    this.#tellOfBooths(this.#booths.restrict(member, false));
    this.#turns.leave(member.id);
  }

  /** The room is closed. */
  close() {
    this.#turns.stop();
  }

  /** @returns {string | null} The first with a raised hand who may speak: it is lowered, since their turn has come. */
  #callNext() {
    const next = this.#hands.all.find((id) => this.#members.get(id)?.rights.includes('audio')) ?? null;
    if (next !== null) this.lowerHands(null, [next]);
    return next;
  }

  /** @param {readonly import('./booths.js').Change[]} changes */
  #tellOfBooths(changes) {
    for (const change of changes) this.#options.tell('interpreting', change);
    if (changes.length > 0) this.#options.onTurn();
  }
}
