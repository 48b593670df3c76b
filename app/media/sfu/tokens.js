/** Who is knocking: the signed, short-lived tokens of docs/protocol.md, made by app/auth/tokens.py. */

import { errors, jwtVerify } from 'jose';
import { z } from 'zod';

import { RequestError } from './errors.js';
import { rights } from './rights.js';
import { identifier, meta } from './schemas.js';

const AUDIENCE = 'jbcalling-sfu';
/** Seconds by which the clocks of `web` and `sfu` may differ. */
const CLOCK_TOLERANCE = 5;
/** By how many seconds a token may be late that comes with a `resume`: longer than any call. */
const LATE = 86_400;

const claims = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('participant'), sub: identifier, room: identifier, meta, rights: rights.default([]), capacity: z.int().min(1).optional(),
  }),
  z.object({ role: z.literal('bridge'), sub: identifier }),
  z.object({ role: z.literal('operator'), sub: identifier }),
]);

/** @typedef {z.infer<typeof claims>} Claims */
/** @typedef {Extract<Claims, {role: 'participant'}>} ParticipantClaims */
/** @typedef {Extract<Claims, {role: 'bridge'}>} BridgeClaims */
/**
 * @typedef {Claims & {expired: boolean, issued: number}} Verified `issued`: seconds since the epoch; 0: it does not say.
 * @typedef {(token: string, late?: boolean) => Promise<Verified>} Verify `late`: also takes a token that has expired.
 */

/**
 * @param {() => Uint8Array[]} accepted The keys of the moment, see keys.js.
 * @returns {Verify} Rejects with a RequestError `unauthorized` for a token that is wrong, expired or meant for others.
 */
export function tokenVerifier(accepted) {
  const options = {
    algorithms: ['HS256'],
    audience: AUDIENCE,
    requiredClaims: ['exp', 'sub', 'role'],
  };
  return async (token, late = false) => {
    const clockTolerance = late ? LATE : CLOCK_TOLERANCE;
    const { payload } = await verifyWithAny(token, accepted(), { ...options, clockTolerance }).catch((error) => {
      if (error instanceof errors.JWTExpired) throw new RequestError('unauthorized', 'The token has expired: get a new one.');
      if (error instanceof errors.JOSEError) throw new RequestError('unauthorized', 'The token is not valid here: get a new one.');
      throw error;
    });
    const result = claims.safeParse(payload);
    if (!result.success) {
      throw new RequestError('unauthorized', 'The token lacks a claim or has a malformed one: get a new one.');
    }
    return { ...result.data, issued: payload.iat ?? 0, expired: Number(payload.exp) + CLOCK_TOLERANCE <= Date.now() / 1_000 };
  };
}

/**
 * @param {string} token
 * @param {Uint8Array[]} keys
 * @param {import('jose').JWTVerifyOptions} options
 */
async function verifyWithAny(token, keys, options) {
  for (const key of keys.slice(0, -1)) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  return jwtVerify(token, keys.at(-1) ?? new Uint8Array(32), options);
}
