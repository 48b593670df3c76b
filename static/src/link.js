/** The way to the SFU for everything that outlives a socket: requests go over the connection of the moment. */

/** @typedef {import("./connection.js").Connection} Connection */

export class Link {
  /** @param {Connection} connection */
  constructor(connection) {
    this.connection = connection;
  }

  /**
   * @param {string} method
   * @param {object} [data]
   * @param {number} [within] ms without an answer after which the connection counts as dead
   * @returns {Promise<any>}
   * @throws {import("./connection.js").RequestError}
   */
  request(method, data, within) {
    return this.connection.request(method, data, within);
  }

  /** How long answers take, ms. */
  get roundTrip() {
    return this.connection.roundTrip;
  }

  /** The socket is of no use any more: the page comes back on another. */
  giveUp() {
    this.connection.abandon();
  }
}
