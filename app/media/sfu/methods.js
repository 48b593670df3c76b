/** Tables of methods: which method a role has, and that its data is checked before it runs. */

import { RequestError } from './errors.js';
import { bridgeData, parse, participantData } from './schemas.js';

const ALL = new Set([...Object.keys(participantData), ...Object.keys(bridgeData)]);

/** @param {string} name @returns {boolean} Whether any role has this method once it has said hello. */
export const isMethod = (name) => ALL.has(name);

/**
 * One entry of a role's table.
 *
 * @template {import('zod').ZodType} S
 * @template R
 * @param {S} schema
 * @param {(role: R, data: import('zod').output<S>) => object | Promise<object>} run
 * @returns {(role: R, data: unknown) => object | Promise<object>}
 */
export function method(schema, run) {
  return (role, data) => run(role, parse(schema, data));
}

/**
 * @template M
 * @param {ReadonlyMap<string, M>} methods
 * @param {string} name
 * @returns {M}
 * @throws {RequestError} `unauthorized`: another role has it; `bad_request`: nobody has.
 */
export function find(methods, name) {
  const found = methods.get(name);
  if (found !== undefined) return found;
  if (isMethod(name)) throw new RequestError('unauthorized', 'This method is not open to the role of your token.');
  throw new RequestError('bad_request', 'There is no such method: see docs/protocol.md.');
}
