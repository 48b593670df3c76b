/** The media of a page over all its connections: begun anew on each, or gone on with where the SFU has kept it. */

import { MediaSession } from "./media.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./protocol.js").Hello} Hello
 * @typedef {import("./transports.js").Ice} Ice
 *
 * @typedef {object} Parts what a session receives for, plays on and sends from
 * @property {import("./roster.js").Roster} roster
 * @property {import("./mixer.js").Mixer} mixer
 * @property {{ sendOn: (session: MediaSession) => void }} own
 *
 * @typedef {object} Listener
 * @property {() => void} onChange there is another session, or another picture
 * @property {(flowing: boolean) => void} onFlow media from the others began or ceased to get through
 */

export class Sessions {
  /** @type {MediaSession | null} */
  current = null;
  /** @type {Map<string, MediaStreamTrack>} the others' pictures, by producer */
  pictures = new Map();
  #parts;
  #listener;
  #stopped = false;

  /**
   * @param {Parts} parts
   * @param {Listener} listener
   */
  constructor(parts, listener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  /**
   * Receives and sends over this connection from now on.
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   * @throws {Error} named UnsupportedError where this browser cannot; any other where the connection went
   */
  async join(connection, hello, ice) {
    if (this.#stopped) return;
    if (hello.resumed && this.current) await this.#goOn(this.current, connection, hello, ice);
    else await this.#begin(connection, hello, ice);
  }

  /** Ends the media for good: a connection that comes later gets none. */
  stop() {
    this.#stopped = true;
    this.current?.close();
  }

  /**
   * The socket was lost and is back, and the media has gone on meanwhile.
   * @param {MediaSession} session
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #goOn(session, connection, hello, ice) {
    const { roster, mixer, own } = this.#parts;
    await session.resume(connection, hello, ice);
    own.sendOn(session);
    mixer.update(roster.producers);
    session.receiver.sync(roster.wanted());
  }

  /**
   * @param {Connection} connection
   * @param {Hello} hello
   * @param {Ice} ice
   */
  async #begin(connection, hello, ice) {
    const { roster, mixer, own } = this.#parts;
    const before = this.current;
    const session = this.#newSession(connection, ice);
    this.current = session;
    mixer.retire();
    this.#listener.onChange();
    try {
      await session.start(hello.routerRtpCapabilities);
      this.#listener.onFlow(true);
      own.sendOn(session);
      session.receiver.sync(roster.wanted());
      // What the connection before still plays is heard until its successor runs.
      await session.receiver.settled();
      if (this.current === session) mixer.sweep();
    } finally {
      before?.close();
    }
  }

  /**
   * @param {Connection} connection
   * @param {Ice} ice
   */
  #newSession(connection, ice) {
    /** @type {MediaSession} */
    const session = new MediaSession(connection, ice, {
      onTrack: (producer, track) => {
        if (producer.kind === "audio") this.#parts.mixer.attach(producer, track);
        else this.pictures.set(producer.producerId, track);
        this.#listener.onChange();
      },
      onTrackGone: (producerId) => {
        this.#parts.mixer.detach(producerId);
        this.pictures.delete(producerId);
        this.#listener.onChange();
      },
      onFlow: (flowing) => {
        if (this.current === session) this.#listener.onFlow(flowing);
      },
    });
    return session;
  }
}
