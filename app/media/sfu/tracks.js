/** The tracks of one room: which there are, whether there is room for another, and whose each is. */

import { RequestError } from './errors.js';

/** @typedef {import('./room.js').Member} Member */
/** @typedef {import('./room.js').Bridge} Bridge */

/** @typedef {'voice' | 'camera' | 'screen'} Source */
/** @typedef {'good' | 'fair' | 'poor'} Quality */

/**
 * @typedef {object} Handle What carries the media of a track.
 * @property {() => Promise<void>} pause
 * @property {() => Promise<void>} resume
 * @property {() => void} close
 */

/**
 * @typedef {object} Track
 * @property {string} producerId
 * @property {string} participant Whose voice or picture it is, also where it is dubbed.
 * @property {'audio' | 'video'} kind
 * @property {Source} source
 * @property {'original' | 'dubbed'} track
 * @property {string | null} label
 * @property {boolean} paused
 * @property {Quality} quality How well it arrives here.
 * @property {boolean} untranslated Whether it is heard by people alone: no tap gets it.
 * @property {Member | Bridge} owner Who may pause, resume and close it.
 * @property {Handle} handle
 */

/** What others are told of a track. @param {Track} track */
export const describeTrack = ({ producerId, participant, kind, source, track, label, paused, quality, untranslated }) => ({
  producerId, participant, kind, source, track, label, paused, quality, untranslated,
});

export class Tracks {
  /** @type {Map<string, Track>} */ #tracks = new Map();
  #maxVideos;

  /** @param {number} maxVideos Cameras and screens together. */
  constructor(maxVideos) {
    this.#maxVideos = maxVideos;
  }

  get all() {
    return [...this.#tracks.values()];
  }

  /** @param {string} producerId @returns {Track | undefined} */
  get(producerId) {
    return this.#tracks.get(producerId);
  }

  /**
   * @param {Member | Bridge} owner
   * @param {string} producerId
   * @returns {Track}
   * @throws {RequestError} `not_found`: not a track of this owner.
   */
  owned(owner, producerId) {
    const track = this.#tracks.get(producerId);
    if (track?.owner !== owner) {
      throw new RequestError('not_found', 'You have no producer with this id: it may have been closed.');
    }
    return track;
  }

  /**
   * @param {Member} owner
   * @param {Source} source
   * @throws {RequestError} `limit`, `conflict`: there is no place for this track of theirs.
   */
  admit(owner, source) {
    const tracks = this.all;
    if (tracks.some((track) => track.owner === owner && track.source === source)) {
      throw new RequestError('limit', `You send a ${source} already: close it first.`);
    }
    if (source === 'voice') return;
    if (source === 'screen' && tracks.some((track) => track.source === source)) {
      throw new RequestError('conflict', 'Somebody else shares their screen: wait until they stop.');
    }
    if (tracks.filter((track) => track.kind === 'video').length >= this.#maxVideos) {
      throw new RequestError('limit', 'Too many cameras are on in this room: wait until one is turned off.');
    }
  }

  /** @param {Track} track */
  add(track) {
    this.#tracks.set(track.producerId, track);
  }

  /** @param {Track} track */
  close(track) {
    this.#tracks.delete(track.producerId);
    track.handle.close();
  }
}
