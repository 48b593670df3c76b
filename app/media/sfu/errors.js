/** What can go wrong with a request or a connection, in the words of docs/protocol.md. */

/** @typedef {'bad_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'fenced' | 'limit' | 'unavailable' | 'internal'} ErrorCode */

/** A refused request: answered with its code and a message that says what to do; the socket stays open. */
export class RequestError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message What was wrong and what to do, safe to show to the client.
   */
  constructor(code, message) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

/** @typedef {{status: number, retry: boolean}} Closing WebSocket close code, and whether coming back may help. */

/** Why the SFU closes a socket on its own initiative. */
export const CLOSINGS = Object.freeze({
  /** @type {Closing} */ bad_frame: { status: 4400, retry: false },
  /** @type {Closing} */ unauthorized: { status: 4401, retry: false },
  /** @type {Closing} */ removed: { status: 4403, retry: false },
  /** @type {Closing} */ no_hello: { status: 4408, retry: true },
  /** @type {Closing} */ replaced: { status: 4409, retry: false },
  /** @type {Closing} */ room_closed: { status: 4410, retry: false },
  /** @type {Closing} */ idle: { status: 4411, retry: false },
  /** @type {Closing} */ too_much_media: { status: 4413, retry: false },
  /** @type {Closing} */ too_many_sockets: { status: 4423, retry: true },
  /** @type {Closing} */ call_ended: { status: 4412, retry: false },
  /** @type {Closing} */ moved: { status: 4421, retry: true },
  /** @type {Closing} */ too_many_messages: { status: 4429, retry: false },
  /** @type {Closing} */ worker_died: { status: 4503, retry: true },
  /** @type {Closing} */ shutting_down: { status: 1001, retry: true },
});

/** @typedef {keyof typeof CLOSINGS} ClosingCode */

/** mediasoup errors that are not about the parameters of the call: the thing called on is gone. */
const NOT_ABOUT_PARAMETERS = new Set(['WorkerClosedError', 'NotFoundError']);

/**
 * Runs a mediasoup call whose parameters came from a client, and blames the client when mediasoup or its worker
 * refuses them. Errors are told apart by class name, so that this file needs no mediasoup.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 * @throws {RequestError} `bad_request`: the parameters were refused.
 */
export async function withClientParameters(call) {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error) || NOT_ABOUT_PARAMETERS.has(error.constructor.name)) throw error;
    throw new RequestError('bad_request', `Correct the media parameters: ${error.message}.`);
  }
}

/**
 * What to answer for an error thrown while a request was handled.
 *
 * @param {unknown} error
 * @returns {RequestError | null} null where the SFU itself is at fault.
 */
export function asRequestError(error) {
  if (error instanceof RequestError) return error;
  if (error instanceof Error && error.constructor.name === 'NotFoundError') {
    return new RequestError('not_found', 'It has been closed meanwhile.');
  }
  return null;
}
