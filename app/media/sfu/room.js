/**
 * One room: who is in it, which tracks there are, what has been noticed, and who is told of what.
 * It knows nothing of mediasoup; what carries media is passed in and only ever paused, resumed or closed.
 */

import { RequestError } from './errors.js';
import { Floor } from './floor.js';
import { Life } from './life.js';
import { HEARD, Listening } from './listening.js';
import { describeMember, Members } from './members.js';
import { Notices } from './notices.js';
import { TO_SEND } from './rights.js';
import { describeTrack, Tracks } from './tracks.js';
import { Typing } from './typing.js';
import { Unpublished } from './unpublished.js';

/** @typedef {import('./members.js').Bridge} Bridge */
/** @typedef {import('./members.js').Member} Member */
/** @typedef {import('./tracks.js').Source} Source */
/** @typedef {import('./tracks.js').Quality} Quality */
/** @typedef {import('./tracks.js').Track} Track */
/** @typedef {import('./members.js').Places & {videos: number, notices: number, turnSettles: number, turnWaits: number}} Limits Of one room. */
/** @typedef {NonNullable<import('zod').output<typeof import('./schemas.js').order>['keeping']>} Keeping What is kept of the call. */

/** @param {Track} track Whose sound is not to be passed on. */
function silence(track) {
  track.paused = true;
  track.handle.pause().catch(() => {}); // it has closed meanwhile
}

export class Room {
  /** @type {{bridge: Bridge, fence: number} | null} */ #claim = null;
  #closed = false;
  #typing = new Typing();
  #unpublished = new Unpublished();
  #life = new Life();
  /** @type {Keeping | null} */ #keeping = null;

  /**
   * @param {string} id
   * @param {Iterable<Bridge>} bridges All bridges of the moment; read at every event.
   * @param {Limits} limits
   */
  constructor(id, bridges, limits) {
    this.id = id;
    this.#bridges = bridges;
    this.#members = new Members(limits);
    this.#tracks = new Tracks(limits.videos);
    this.#notices = new Notices(limits.notices);
    this.floor = new Floor(this.#members, {
      tell: (event, data) => this.#tell(event, data),
      onTurn: () => this.#hush(),
      isHeard: (participant) => this.#listening.to(participant),
      settles: limits.turnSettles,
      waits: limits.turnWaits,
    });
  }

  #bridges;
  #members;
  #tracks;
  #notices;
  #listening = new Listening();

  get closed() {
    return this.#closed;
  }

  /** People in the room; recorded speakers do not keep it open. */
  get people() {
    return this.#members.people;
  }

  get recorded() {
    return this.#members.recorded;
  }

  get tracks() {
    return this.#tracks.all;
  }

  /** The newest payload of every key. */
  get notices() {
    return this.#notices.all;
  }

  /** What a bridge is told of the room. */
  describe() {
    return {
      room: this.id,
      participants: this.#members.all.map(describeMember),
      producers: this.tracks.map(describeTrack),
      interpreting: this.floor.interpreting,
      ...this.#life.described,
      keeping: this.#keeping,
    };
  }

  /** What an idle call is told by. */
  get life() {
    return this.#life.signs;
  }

  /** A bridge hears somebody speak. */
  spoken() {
    this.#life.speak();
    for (const bridge of this.#bridges) bridge.send('spoke', { room: this.id });
    if (this.#life.idle?.reason === 'silent') this.sayIdle(null);
  }

  /** Somebody wants the call to go on. */
  stay() {
    this.#life.stay();
    if (this.#life.idle) this.sayIdle(null);
  }

  /** @param {import('./life.js').Idle | null} idle null: the call goes on after all. */
  sayIdle(idle) {
    this.#life.idle = idle;
    for (const member of this.people) member.send('idle', idle ?? { reason: null });
  }

  /** @param {string} id What this participant is told of the room when they come in, or back after a lost socket. */
  view(id) {
    return {
      own: this.tracks.filter((track) => !this.#concerns(id, track)).map(describeTrack),
      participants: this.#members.all.filter((member) => member.id !== id).map(describeMember),
      producers: this.tracks.filter((track) => this.#concerns(id, track)).map(describeTrack),
      notices: this.notices,
      hands: this.floor.hands,
      turn: this.floor.turn,
      keeping: this.#keeping,
      interpreting: this.floor.interpreting,
      idle: this.#life.idle,
    };
  }

  /**
   * @param {Member} member
   * @param {number} [capacity] As of `Members.add`.
   * @throws {RequestError} `conflict`: the id is taken; `limit`: the room is full.
   */
  join(member, capacity = Infinity) {
    this.#members.add(member, capacity);
    this.#life.count(this.people.length);
    if (member.owner === null) this.stay();
    this.#tell('participantJoined', describeMember(member), (id) => id !== member.id);
  }

  /** @param {Member} member Somebody in the room whose meta or rights have changed. */
  update(member) {
    this.#tell('participantUpdated', describeMember(member), (id) => id !== member.id);
  }

  /** @param {Member} member Sends on only what their rights allow. */
  restrict(member) {
    const lost = this.tracks.filter((track) => track.owner === member && !member.rights.includes(TO_SEND[track.source]));
    for (const track of lost) this.#drop(track);
    this.floor.restrict(member);
  }

  /** @param {string} id Somebody who is to be silent until they turn their voice on again; what they type is not to be spoken either. */
  async mute(id) {
    const member = this.#members.get(id);
    if (!member) return;
    const voice = this.tracks.find((track) => track.owner === member && track.source === 'voice' && !track.paused);
    if (voice) await this.setPaused(member, voice.producerId, true);
    member.send('muted', { producerId: voice?.producerId ?? null });
  }

  /** @param {Member} member Leaves with all tracks of theirs and all dubbed versions of them. */
  leave(member) {
    if (!this.#members.remove(member)) return;
    this.#life.count(this.people.length);
    this.#listening.leave(member.id);
    this.floor.leave(member);
    for (const track of this.tracks) if (track.participant === member.id) this.#drop(track);
    this.#tell('participantLeft', { id: member.id });
  }

  /** @param {string} id @returns {Member | undefined} */
  member(id) {
    return this.#members.get(id);
  }

  /** @param {string} producerId @returns {Track | undefined} */
  track(producerId) {
    return this.#tracks.get(producerId);
  }

  /**
   * @param {Member} owner
   * @param {Source} source
   * @throws {RequestError} `limit`, `conflict`: there is no place for this track of theirs.
   */
  admit(owner, source) {
    this.#tracks.admit(owner, source);
  }

  /** @param {Track} track */
  publish(track) {
    if (!this.floor.allows(track)) silence(track);
    this.#tracks.add(track);
    this.#tellOfTrack('producerAdded', track, describeTrack(track));
  }

  /**
   * @param {Member | Bridge} owner
   * @param {string} producerId
   * @param {boolean} paused
   * @throws {RequestError} `not_found`: not a track of this owner; `forbidden`: it is somebody else's turn to speak.
   */
  async setPaused(owner, producerId, paused) {
    const track = this.#tracks.owned(owner, producerId);
    if (!paused && !this.floor.allows(track)) throw new RequestError('forbidden', 'It is not your turn: raise your hand.');
    await (paused ? track.handle.pause() : track.handle.resume());
    if (!paused && !this.floor.allows(track)) return silence(track); // the turn has passed on meanwhile
    if (track.paused === paused || this.#tracks.get(producerId) !== track) return;
    track.paused = paused;
    this.#tellOfTrack(paused ? 'producerPaused' : 'producerResumed', track, { producerId });
  }

  /**
   * @param {Member} owner
   * @param {string} producerId
   * @param {boolean} untranslated
   * @throws {RequestError} `not_found`: not a track of theirs.
   */
  setUntranslated(owner, producerId, untranslated) {
    const track = this.#tracks.owned(owner, producerId);
    if (track.untranslated === untranslated) return;
    track.untranslated = untranslated;
    this.#tellOfTrack('producerUntranslated', track, { producerId, untranslated });
  }

  /** @param {string} producerId @param {Quality} quality How well it arrives now. */
  setQuality(producerId, quality) {
    const track = this.#tracks.get(producerId);
    if (!track || track.quality === quality) return;
    track.quality = quality;
    this.#tellOfTrack('producerQuality', track, { producerId, quality });
  }

  /**
   * Hands a typed line to the bridge that serves the room, and keeps it until that has published it.
   *
   * @param {string} participant
   * @param {import('./participant.js').Typed} line
   * @throws {RequestError} `limit`: too many of theirs; `unavailable`: no bridge takes it now.
   */
  type(participant, line) {
    const bridge = [...this.#bridges].find((each) => each === this.#claim?.bridge);
    if (!bridge) throw new RequestError('unavailable', 'Nobody can pass it on now: try again in a moment.');
    if (!this.#typing.allows(participant, line.text.length)) throw new RequestError('limit', 'These are too many lines in a short time: wait a moment.');
    this.#unpublished.add({ participant, ...line });
    bridge.send('typed', { room: this.id, participant, ...line });
  }

  /** @param {import('./unpublished.js').Name} name A line that a bridge has published. */
  published(name) {
    this.#unpublished.remove(name);
  }

  /** @param {Keeping | null} keeping What is kept of the call from now on; null: nothing. */
  keep(keeping) {
    this.#keeping = keeping;
    this.#tell('keeping', { keeping });
  }

  /** @param {string} participant Speaks louder than the others now. */
  dominate(participant) {
    this.#tell('dominantSpeaker', { participant });
  }

  /**
   * @param {Member | Bridge} owner
   * @param {string} producerId
   * @throws {RequestError} `not_found`: not a track of this owner.
   */
  unpublish(owner, producerId) {
    this.#drop(this.#tracks.owned(owner, producerId));
  }

  /**
   * @param {Bridge} owner
   * @param {string} key
   * @param {unknown} payload null removes the notice, if it is this bridge's.
   * @throws {RequestError} `limit`: too many notices.
   */
  notice(owner, key, payload) {
    if (this.#notices.set(owner, key, payload)) this.#tell('notice', { key, payload });
  }

  /**
   * What somebody has said is still being heard, or no longer so.
   *
   * @param {Bridge} owner
   * @param {string} participant
   * @param {import('./listening.js').Heard} heard
   * @throws {RequestError} `not_found`: they are not here.
   */
  listening(owner, participant, heard) {
    const member = this.#members.get(participant);
    if (!member) throw new RequestError('not_found', 'This participant is not in the room.');
    this.#listening.set(owner, participant, heard);
    member.send('listening', heard);
    this.floor.look();
  }

  /**
   * A bridge serves this room from now on, unless one with a higher fence does; what another brought into it goes, and
   * what another has not published is given to it.
   *
   * @param {Bridge} bridge
   * @param {number} fence
   * @returns {number} The highest fence there has been: not `fence` if the claim came too late.
   */
  claim(bridge, fence) {
    const before = this.#claim;
    if (before && fence < before.fence) return before.fence;
    this.#claim = { bridge, fence };
    if (before && before.bridge !== bridge) {
      before.bridge.release(this.id);
      this.forget(before.bridge);
      for (const line of this.#unpublished.all) bridge.send('typed', { room: this.id, ...line });
    }
    return fence;
  }

  /**
   * @param {number | null | undefined} fence
   * @throws {RequestError} `fenced`: another bridge has claimed the room since.
   */
  checkFence(fence) {
    if (typeof fence === 'number' && this.#claim && fence < this.#claim.fence) {
      throw new RequestError('fenced', 'Another bridge serves this room now: leave it alone.');
    }
  }

  /** @param {'up' | 'down'} state Whether any bridge is there. */
  announceBridge(state) {
    for (const member of this.#members.all) member.send('bridge', { state });
  }

  /** @param {Bridge} bridge Gone, with all it brought into the room. */
  forget(bridge) {
    for (const track of this.tracks) if (track.owner === bridge) this.#drop(track);
    for (const member of this.recorded) if (member.owner === bridge) this.leave(member);
    for (const key of this.#notices.keysOf(bridge)) this.notice(bridge, key, null);
    for (const id of this.#listening.forget(bridge)) this.#members.get(id)?.send('listening', HEARD);
    this.floor.look();
  }

  /** The end: nobody is told anything any more. */
  close() {
    this.#closed = true;
    this.floor.close();
    for (const track of this.tracks) this.#tracks.close(track);
    this.#members.clear();
    this.#notices.clear();
  }

  /** Silences those who are not to be heard any more. */
  #hush() {
    for (const track of this.tracks) {
      if (track.paused || this.floor.allows(track)) continue;
      silence(track);
      this.#tellOfTrack('producerPaused', track, { producerId: track.producerId });
    }
  }

  /** @param {Track} track */
  #drop(track) {
    this.#tracks.close(track);
    this.#tellOfTrack('producerRemoved', track, { producerId: track.producerId });
  }

  /** Nobody hears their own original. @param {string} id @param {Track} track */
  #concerns(id, track) {
    return track.track === 'dubbed' || track.participant !== id;
  }

  /** @param {string} event @param {Track} track @param {object} data */
  #tellOfTrack(event, track, data) {
    this.#tell(event, data, (id) => this.#concerns(id, track));
  }

  /**
   * @param {string} event
   * @param {object} data
   * @param {(id: string) => boolean} [concerned] Which participants are told.
   */
  #tell(event, data, concerned = () => true) {
    if (this.#closed) return;
    for (const member of this.#members.all) if (concerned(member.id)) member.send(event, data);
    for (const bridge of this.#bridges) bridge.send(event, { room: this.id, ...data });
  }
}
