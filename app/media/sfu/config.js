/** Environment → one frozen object. Secrets are required, never defaulted. */

import { availableParallelism } from 'node:os';

import { z } from 'zod';

/** A setting is missing or unusable; the message says which and what to do. */
export class ConfigError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Fixed limits of docs/protocol.md and of common sense. Durations are milliseconds, sizes bytes. */
export const LIMITS = Object.freeze({
  helloWithin: 5_000,
  pingEvery: 10_000,
  /** A socket that does not answer our close frame is cut after this. */
  closeWithin: 2_000,
  frameBytes: 64 * 1024,
  /** What may wait for a client that reads too slowly before its socket is cut. */
  backlogBytes: 1024 * 1024,
  messagesPerSecond: 100,
  /** A bridge taps every speaker of every room within a second of its start. */
  bridgeMessagesPerSecond: 1_000,
  /** How long a participant whose socket was lost keeps their place and their media, waiting for a new socket. */
  resumeWithin: 8_000,
  consumers: 512,
  notices: 256,
  /** Bits per second a participant may send in all; enforced through congestion control feedback. */
  incomingBitrate: 3_000_000,
  /** Bits per second assumed for a participant's downlink until it has been measured. */
  initialOutgoingBitrate: 1_000_000,
});

/** @typedef {Readonly<Record<keyof typeof LIMITS, number>>} Limits */

const port = z.coerce.number().int().min(1).max(65_535);
/** @param {number} most */
const count = (most) => z.coerce.number().int().min(1).max(most);

const environment = z.object({
  SFU_HOST: z.string().default('127.0.0.1'),
  SFU_PORT: port.default(8010),
  SFU_RTC_IP: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  SFU_ANNOUNCED_ADDRESS: z.string().max(255).optional(),
  SFU_RTC_PORT: port.default(8020),
  SFU_PLAIN_PORT_MIN: port.default(42_000),
  SFU_PLAIN_PORT_MAX: port.default(42_999),
  SFU_WORKERS: z.coerce.number().int().min(0).max(64).default(1),
  SFU_TOKEN_SECRET: z.string({ error: 'is missing: start through `make run`, or create the secrets with `jbcalling secrets`' })
    .min(32, 'must have at least 32 characters: create the secrets with `jbcalling secrets`'),
  JBC_KEYS: z.string().optional(),
  SFU_MAX_ROOMS: count(10_000).default(200),
  SFU_MAX_PARTICIPANTS: count(1_000).default(50),
  SFU_MAX_VIDEOS: count(1_000).default(12),
  SFU_MAX_SOCKETS: count(100_000).default(4_096),
  SFU_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/**
 * @typedef {object} Config
 * @property {string} host SFU_HOST: address of signalling, health and metrics.
 * @property {number} port SFU_PORT: its port.
 * @property {string} rtcIp SFU_RTC_IP: address on which media of browsers arrives.
 * @property {string | undefined} announcedAddress SFU_ANNOUNCED_ADDRESS: what browsers are told instead of `rtcIp`.
 * @property {number} rtcPort SFU_RTC_PORT: UDP and TCP port of the first media worker; each further one takes the next.
 * @property {number} plainPortMin SFU_PLAIN_PORT_MIN: first loopback UDP port of taps and injections.
 * @property {number} plainPortMax SFU_PLAIN_PORT_MAX: last one.
 * @property {number} workers SFU_WORKERS: media workers; rooms are spread over them. 0: one for each core.
 * @property {string} tokenSecret SFU_TOKEN_SECRET: with which `web` and bridges sign tokens.
 * @property {string | undefined} tokenKeys JBC_KEYS: the file there with the keys that take the place of `tokenSecret`.
 * @property {number} maxRooms SFU_MAX_ROOMS: rooms at once.
 * @property {number} maxParticipants SFU_MAX_PARTICIPANTS: participants in one room, recorded speakers included.
 * @property {number} maxVideos SFU_MAX_VIDEOS: cameras and shared screens in one room.
 * @property {number} maxSockets SFU_MAX_SOCKETS: TCP connections at once.
 * @property {'debug' | 'info' | 'warn' | 'error' | 'silent'} logLevel SFU_LOG_LEVEL.
 * @property {Limits} limits
 */

/**
 * @param {NodeJS.ProcessEnv} env An empty variable counts as unset.
 * @returns {Readonly<Config>}
 * @throws {ConfigError} A setting is missing or unusable.
 */
export function loadConfig(env) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(set);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const e = result.data;
  if (e.SFU_PLAIN_PORT_MIN > e.SFU_PLAIN_PORT_MAX) {
    throw new ConfigError('SFU_PLAIN_PORT_MIN is above SFU_PLAIN_PORT_MAX: swap them.');
  }
  const workers = e.SFU_WORKERS || availableParallelism();
  if (e.SFU_RTC_PORT + workers - 1 > 65_535) {
    throw new ConfigError('SFU_RTC_PORT leaves no room for one port a worker: choose a lower one.');
  }
  if ((e.SFU_RTC_IP === '0.0.0.0' || e.SFU_RTC_IP === '::') && e.SFU_ANNOUNCED_ADDRESS === undefined) {
    throw new ConfigError('SFU_RTC_IP is a wildcard: set SFU_ANNOUNCED_ADDRESS to the address that browsers can reach.');
  }
  return Object.freeze({
    host: e.SFU_HOST,
    port: e.SFU_PORT,
    rtcIp: e.SFU_RTC_IP,
    announcedAddress: e.SFU_ANNOUNCED_ADDRESS,
    rtcPort: e.SFU_RTC_PORT,
    plainPortMin: e.SFU_PLAIN_PORT_MIN,
    plainPortMax: e.SFU_PLAIN_PORT_MAX,
    workers,
    tokenSecret: e.SFU_TOKEN_SECRET,
    tokenKeys: e.JBC_KEYS && `${e.JBC_KEYS}/sfu-token.keys`,
    maxRooms: e.SFU_MAX_ROOMS,
    maxParticipants: e.SFU_MAX_PARTICIPANTS,
    maxVideos: e.SFU_MAX_VIDEOS,
    maxSockets: e.SFU_MAX_SOCKETS,
    logLevel: e.SFU_LOG_LEVEL,
    limits: LIMITS,
  });
}
