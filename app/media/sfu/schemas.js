/**
 * The shape of every message a client may send. Method data is strict: an unknown key is an error. Media parameters
 * come from browsers whose versions differ, so unknown keys in them are dropped instead: mediasoup sees only what is
 * checked here.
 */

import { z } from 'zod';

import { RequestError } from './errors.js';
import { pair, rights } from './rights.js';

const META_BYTES = 4 * 1024;
/** UTF-16 units of a typed line at most: what the field of the call page takes. */
const TYPED_CHARACTERS = 500;

/** Ids of rooms and participants; the same alphabet as `Identifier` in tasks/wire/messages.py. */
export const identifier = z.string().regex(/^[A-Za-z0-9_.:-]{1,96}$/);
const handle = z.string().min(1).max(64);
const uint32 = z.int().min(1).max(0xffff_ffff);

/** @param {unknown} value @returns {boolean} Whether its JSON fits what the SFU keeps of others' data. */
const fits = (value) => Buffer.byteLength(JSON.stringify(value)) <= META_BYTES;

export const meta = z.record(z.string(), z.unknown()).refine(fits, `must be at most ${META_BYTES} bytes of JSON`);
const payload = z.json().refine(fits, `must be at most ${META_BYTES} bytes of JSON`);

const parameters = z
  .record(z.string().min(1).max(64), z.union([z.string().max(255), z.number()]))
  .refine((map) => Object.keys(map).length <= 32, 'must have at most 32 entries');
const payloadType = z.int().min(0).max(127);
const mimeType = z.string().max(64).regex(/^(audio|video)\/[A-Za-z0-9._-]+$/);
const rtcpFeedback = z.array(z.object({ type: z.string().min(1).max(32), parameter: z.string().max(32).optional() })).max(16);
const codec = {
  mimeType,
  clockRate: z.int().min(1).max(1_000_000),
  channels: z.int().min(1).max(8).optional(),
  parameters: parameters.optional(),
  rtcpFeedback: rtcpFeedback.optional(),
};
const extensionUri = z.string().min(1).max(255);
const extensionId = z.int().min(1).max(255);
const kind = z.enum(['audio', 'video']);

const rtpParameters = z.object({
  mid: z.string().min(1).max(16).optional(),
  msid: z.string().max(255).optional(),
  codecs: z.array(z.object({ ...codec, payloadType })).min(1).max(8),
  headerExtensions: z
    .array(z.object({
      uri: extensionUri,
      id: extensionId,
      encrypt: z.boolean().optional(),
      parameters: parameters.optional(),
    }))
    .max(32)
    .optional(),
  encodings: z
    .array(z.object({
      ssrc: uint32.optional(),
      rid: z.string().min(1).max(16).optional(),
      codecPayloadType: payloadType.optional(),
      rtx: z.object({ ssrc: uint32 }).optional(),
      dtx: z.boolean().optional(),
      scalabilityMode: z.string().max(16).optional(),
      maxBitrate: z.int().min(1).max(1_000_000_000).optional(),
    }))
    .min(1)
    .max(4),
  rtcp: z.object({ cname: z.string().max(255).optional(), reducedSize: z.boolean().optional() }).optional(),
});

const rtpCapabilities = z.object({
  codecs: z.array(z.object({ ...codec, kind, preferredPayloadType: payloadType })).min(1).max(64),
  headerExtensions: z
    .array(z.object({
      kind,
      uri: extensionUri,
      preferredId: extensionId,
      preferredEncrypt: z.boolean().optional(),
      direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
    }))
    .max(64)
    .default([]),
});

const DIGEST_BYTES = Object.freeze({ 'sha-1': 20, 'sha-224': 28, 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 });
const fingerprint = z
  .object({
    algorithm: z.enum(/** @type {[keyof typeof DIGEST_BYTES]} */ (Object.keys(DIGEST_BYTES))),
    value: z.string().regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){0,63}$/),
  })
  .refine(({ algorithm, value }) => value.length === DIGEST_BYTES[algorithm] * 3 - 1, 'has the wrong length for its algorithm');
/** An empty list of fingerprints once killed a media worker (mediasoup#537). */
const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(fingerprint).min(1).max(8),
});

export const envelope = z.strictObject({
  id: z.int().min(0),
  method: z.string().min(1).max(64),
  data: z.unknown().optional(),
});

const token = z.strictObject({ token: z.string().min(1).max(8 * 1024) });
const producer = z.strictObject({ producerId: handle });
const consumer = z.strictObject({ consumerId: handle });

/** `resume`: what an earlier hello of the same page answered, to go on after a lost socket. */
export const hello = token.extend({ resume: z.string().max(64).optional() });

const source = z.enum(['voice', 'camera', 'screen']);
const produce = z
  .strictObject({ transportId: handle, kind, source: source.optional(), rtpParameters, untranslated: z.boolean().default(false) })
  .transform((data) => ({ ...data, source: data.source ?? (data.kind === 'audio' ? 'voice' : 'camera') }))
  .refine((data) => (data.source === 'voice') === (data.kind === 'audio'), 'a voice is audio, a camera or screen is video')
  .refine((data) => data.source === 'voice' || !data.untranslated, 'only a voice is translated');

/** What shows nothing is no line. */
const text = z
  .string()
  .max(4 * TYPED_CHARACTERS)
  .transform((typed) => typed.normalize('NFC').trim())
  .pipe(z.string().max(TYPED_CHARACTERS).regex(/[^\p{C}\p{Z}\p{M}]/u, 'has nothing to read').regex(/^\P{Cs}*$/u, 'is no text'));

/** The client's own name for a line: one that is sent again, because no answer came, is the same one. */
const line = z.string().regex(/^[A-Za-z0-9_-]{8,40}$/);
const typed = z.strictObject({ line, text, spoken: z.boolean().default(false) });

/** Data of the methods open to a participant. */
export const participantData = Object.freeze({
  renew: token,
  stay: z.strictObject({}),
  raiseHand: z.strictObject({}),
  lowerHand: z.strictObject({ participant: identifier.optional() }),
  lowerHands: z.strictObject({}),
  interpret: z.strictObject({ pair }),
  stopInterpreting: z.strictObject({}),
  endTurn: z.strictObject({ participant: identifier.optional() }),
  createTransport: z.strictObject({ direction: z.enum(['send', 'recv']) }),
  connectTransport: z.strictObject({ transportId: handle, dtlsParameters }),
  restartIce: z.strictObject({ transportId: handle }),
  produce,
  pauseProducer: producer,
  resumeProducer: producer,
  closeProducer: producer,
  setUntranslated: producer.extend({ untranslated: z.boolean() }),
  consume: z.strictObject({ producerId: handle, rtpCapabilities }),
  pauseConsumer: consumer,
  resumeConsumer: consumer,
  preferLayer: z.strictObject({ consumerId: handle, layer: z.int().min(0).max(7) }),
  closeConsumer: consumer,
  type: typed,
});

const people = z.array(identifier).max(10_000).default([]);

/** What is kept of a call, since when (seconds since the epoch), whose voices, and whether it works. */
const keeping = z.strictObject({ call: identifier, since: z.number().min(0), people, trouble: z.boolean() });

/** What `web` has to say about people of a room, of which it has asked nobody here. */
export const order = z.strictObject({
  mute: people,
  remove: people,
  rights: z.record(identifier, rights).default({}),
  keeping: keeping.nullish(),
  turns: z.boolean().optional(),
});

/** Of a bridge's claim to a room: rises with every change of hands. */
const fence = z.int().min(0);

/** Data of the methods open to a bridge. */
export const bridgeData = Object.freeze({
  claim: z.strictObject({ room: identifier, fence }),
  spoke: z.strictObject({ room: identifier, fence: fence.nullish() }),
  tap: z.strictObject({ producerId: handle, port: z.int().min(1_024).max(65_535), fence: fence.nullish() }),
  untap: z.strictObject({ tapId: handle }),
  addParticipant: z.strictObject({ room: identifier, participant: identifier, meta }),
  removeParticipant: z.strictObject({ room: identifier, participant: identifier }),
  inject: z
    .strictObject({
      room: identifier,
      participant: identifier,
      track: z.enum(['original', 'dubbed']),
      label: z.string().min(1).max(64).nullable().default(null),
      ssrc: uint32,
      fence: fence.nullish(),
    })
    .refine(({ track, label }) => (track === 'dubbed') === (label !== null), 'dubbed needs a label, original has none'),
  pauseProducer: producer,
  resumeProducer: producer,
  closeProducer: producer,
  listening: z.strictObject({
    room: identifier,
    participant: identifier,
    count: z.int().min(0).max(100_000),
    listener: identifier.nullable(),
    seconds: z.number().min(0).max(3_600).nullable(),
    fence: fence.nullish(),
  }),
  notice: z.strictObject({ room: identifier, key: z.string().min(1).max(128), payload, fence: fence.nullish() }),
  published: z.strictObject({ room: identifier, participant: identifier, line, fence: fence.nullish() }),
});

/**
 * @template {z.ZodType} S
 * @param {S} schema
 * @param {unknown} value
 * @returns {z.output<S>}
 * @throws {RequestError} `bad_request`, naming what does not fit.
 */
export function parse(schema, value) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`);
  throw new RequestError('bad_request', `Correct the message: ${issues.join('; ')}.`.slice(0, 1_000));
}
