/** Who is knocking: the signed, short-lived tokens of docs/protocol.md, made by app/auth/tokens.py. */

import { errors, jwtVerify } from 'jose';
import { z } from 'zod';

import { RequestError } from './errors.js';
import { identifier, meta } from './schemas.js';

const AUDIENCE = 'jbcalling-sfu';
/** Seconds by which the clocks of `web` and `sfu` may differ. */
const CLOCK_TOLERANCE = 5;

const claims = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('participant'), sub: identifier, room: identifier, meta, capacity: z.int().min(1).optional(),
  }),
  z.object({ role: z.literal('bridge'), sub: identifier }),
  z.object({ role: z.literal('operator'), sub: identifier }),
]);

/** @typedef {z.infer<typeof claims>} Claims */
/** @typedef {Extract<Claims, {role: 'participant'}>} ParticipantClaims */
/** @typedef {Extract<Claims, {role: 'bridge'}>} BridgeClaims */
/** @typedef {(token: string) => Promise<Claims>} Verify */

/**
 * @param {string} secret SFU_TOKEN_SECRET.
 * @returns {Verify} Rejects with a RequestError `unauthorized` for a token that is wrong, expired or meant for others.
 */
export function tokenVerifier(secret) {
  const key = new TextEncoder().encode(secret);
  const options = {
    algorithms: ['HS256'],
    audience: AUDIENCE,
    requiredClaims: ['exp', 'sub', 'role'],
    clockTolerance: CLOCK_TOLERANCE,
  };
  return async (token) => {
    const { payload } = await jwtVerify(token, key, options).catch((error) => {
      if (error instanceof errors.JWTExpired) throw new RequestError('unauthorized', 'The token has expired: get a new one.');
      if (error instanceof errors.JOSEError) throw new RequestError('unauthorized', 'The token is not valid here: get a new one.');
      throw error;
    });
    const result = claims.safeParse(payload);
    if (!result.success) {
      throw new RequestError('unauthorized', 'The token lacks a claim or has a malformed one: get a new one.');
    }
    return result.data;
  };
}
