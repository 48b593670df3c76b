/** Environment → one frozen object. Secrets are required, never defaulted. */

import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';

import { z } from 'zod';

import { areNetworks } from './addresses.js';

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
  /** How often in so many milliseconds somebody may raise or lower hands, of which everybody is told. */
  handsWithin: 10_000,
  hands: 20,
  /** Likewise how often somebody may say that what they say now is not to be translated. */
  untranslatedWithin: 10_000,
  untranslated: 20,
  /** The same of who interprets. */
  interpretingWithin: 10_000,
  interpreting: 20,
  /** Where turns are taken: until it is known whether others still hear who has finished, and for how long the next waits at most. */
  turnSettles: 2_000,
  turnWaits: 40_000,
  consumers: 512,
  notices: 256,
  /** Bits per second a participant may send in all; enforced through congestion control feedback. */
  incomingBitrate: 3_000_000,
  /** Bits per second above which, measured so often, a participant is sent away who does not listen to that feedback. */
  cutBitrate: 6_000_000,
  bitrateEvery: 2_000,
  /** Sockets of one address that have not said hello yet: a class that joins at once says it within a moment. */
  waitingSockets: 60,
  /** Between two looks for idle calls, and from the word to their end. */
  idleEvery: 5_000,
  idleNotice: 120_000,
  /** Bits per second assumed for a participant's downlink until it has been measured. */
  initialOutgoingBitrate: 1_000_000,
});

/** @typedef {Readonly<Record<keyof typeof LIMITS, number>>} Limits */

/** Exit status of a start that a setting ends: EX_CONFIG of sysexits.h, as all processes of ours have it. */
export const EX_CONFIG = 78;

const MAX_PORT = 65_535;
/** How many characters of a value that cannot be used are shown. */
const MAX_SHOWN = 60;
const MAKE_SECRETS = 'start through `make run`, or create the secrets with `jbcalling secrets`';
const SECRETS = new Set(['SFU_TOKEN_SECRET']);

/** A whole number in decimal digits. Every check of a setting has what is allowed as its message. @param {number} least @param {number} most */
function whole(least, most) {
  const allowed = `a whole number from ${least} to ${most}`;
  const digits = z.string().trim().regex(/^\d+$/, allowed).transform(Number);
  return digits.pipe(z.number(allowed).min(least, allowed).max(most, allowed));
}
const port = whole(1, MAX_PORT);
const IPS = 'one or two IP addresses with a comma between, as 10.0.0.1 or 0.0.0.0,::';
const list = (/** @type {string} */ text) => text.split(',').map((word) => word.trim());
const ips = z.string().refine((text) => list(text).length <= 2 && list(text).every((word) => isIP(word) > 0), IPS);
const host = z.union([z.ipv6(), z.string().regex(/^[A-Za-z0-9._-]{1,253}$/)], 'a host name or an address alone, as 10.0.0.1 or ::1');
const HOSTS = 'a host name or an address for each of SFU_RTC_IP, with a comma between, as 203.0.113.7,2001:db8::7';
const hosts = z.string().refine((text) => list(text).length <= 2 && list(text).every((word) => host.safeParse(word).success), HOSTS);
const SECRET = `one line of at least 32 characters: ${MAKE_SECRETS}`;
const NETWORKS = 'addresses as 10.0.0.5 or 172.18.0.0/16, several with commas';
const LEVELS = /** @type {const} */ (['debug', 'info', 'warn', 'error', 'silent']);

const networks = z.string().refine((text) => areNetworks(text), NETWORKS);

const environment = z.object({
  SFU_HOST: host.default('127.0.0.1'),
  SFU_PORT: port.default(8010),
  SFU_RTC_IP: ips.default('127.0.0.1'),
  SFU_ANNOUNCED_ADDRESS: hosts.optional(),
  SFU_RTC_PORT: port.default(8020),
  SFU_PLAIN_PORT_MIN: port.default(42_000),
  SFU_PLAIN_PORT_MAX: port.default(42_999),
  SFU_WORKERS: whole(0, 64).default(1),
  SFU_TOKEN_SECRET: z.string(SECRET).min(32, SECRET).regex(/^[^\r\n]*$/, SECRET),
  JBC_KEYS: z.string().optional(),
  SFU_MAX_ROOMS: whole(1, 10_000).default(200),
  SFU_MAX_PARTICIPANTS: whole(1, 1_000).default(50),
  SFU_MAX_LISTENERS: whole(1, 10_000).default(200),
  SFU_MAX_VIDEOS: whole(1, 1_000).default(12),
  SFU_MAX_SOCKETS: whole(1, 100_000).default(4_096),
  SFU_SOCKETS_PER_ADDRESS: whole(0, 100_000).default(300),
  SFU_ROOMS_PER_ADDRESS: whole(0, 10_000).default(40),
  SFU_IDLE_MINUTES: whole(0, 10_080).default(60),
  SFU_ALONE_MINUTES: whole(0, 10_080).default(30),
  MONITORING_FROM: networks.optional(),
  TRUSTED_PROXIES: networks.optional(),
  SFU_LOG_LEVEL: z.enum(LEVELS, `one of ${LEVELS.join(', ')}`).default('info'),
});

/** The setting names that are read here, for tests. */
export const NAMES = Object.freeze(Object.keys(environment.shape));

/**
 * @param {string} name
 * @param {string | number | undefined} value What it is; undefined where it is not set.
 * @param {string} allowed
 */
function refusal(name, value, allowed) {
  if (value === undefined) return new ConfigError(`${name} is missing: it must be ${allowed}.`);
  const text = String(value);
  const shown = JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
  const now = SECRETS.has(name) ? 'cannot be used (what it is stays secret)' : `is ${shown}`;
  return new ConfigError(`${name} ${now}: it must be ${allowed}.`);
}

/**
 * @typedef {object} Config
 * @property {string} host SFU_HOST: address of signalling, health and metrics.
 * @property {number} port SFU_PORT: its port.
 * @property {{ip: string, announcedAddress: string | undefined}[]} media SFU_RTC_IP: addresses on which media of
 *   browsers arrives, IPv4 and IPv6; SFU_ANNOUNCED_ADDRESS: what browsers are told instead of each.
 * @property {number} rtcPort SFU_RTC_PORT: UDP and TCP port of the first media worker; each further one takes the next.
 * @property {number} plainPortMin SFU_PLAIN_PORT_MIN: first loopback UDP port of taps and injections.
 * @property {number} plainPortMax SFU_PLAIN_PORT_MAX: last one.
 * @property {number} workers SFU_WORKERS: media workers; rooms are spread over them. 0: one for each core.
 * @property {string} tokenSecret SFU_TOKEN_SECRET: with which `web` and bridges sign tokens.
 * @property {string | undefined} tokenKeys JBC_KEYS: the file there with the keys that take the place of `tokenSecret`.
 * @property {number} maxRooms SFU_MAX_ROOMS: rooms at once.
 * @property {number} maxParticipants SFU_MAX_PARTICIPANTS: participants in one room who may send something, recorded speakers included.
 * @property {number} maxListeners SFU_MAX_LISTENERS: participants in one room who only listen, beside those.
 * @property {number} maxVideos SFU_MAX_VIDEOS: cameras and shared screens in one room.
 * @property {number} maxSockets SFU_MAX_SOCKETS: TCP connections at once.
 * @property {string} monitoringFrom MONITORING_FROM: who may read `/metrics`, besides this machine.
 * @property {string} trustedProxies TRUSTED_PROXIES: whose word on a client's address counts, besides this machine's.
 * @property {number} socketsPerAddress SFU_SOCKETS_PER_ADDRESS: signalling sockets from one address; 0: no limit of its own.
 * @property {number} roomsPerAddress SFU_ROOMS_PER_ADDRESS: open rooms that were opened from one address; 0: no limit of its own.
 * @property {number} idleMinutes SFU_IDLE_MINUTES: without speech, after which a call ends; 0: never.
 * @property {number} aloneMinutes SFU_ALONE_MINUTES: with one person; 0: never.
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
    const [issue] = /** @type {[z.core.$ZodIssue]} */ (result.error.issues);
    throw refusal(String(issue.path[0]), set[String(issue.path[0])], issue.message);
  }
  const e = result.data;
  if (e.SFU_PLAIN_PORT_MIN > e.SFU_PLAIN_PORT_MAX) {
    throw refusal('SFU_PLAIN_PORT_MIN', e.SFU_PLAIN_PORT_MIN, `at most ${e.SFU_PLAIN_PORT_MAX}, which is SFU_PLAIN_PORT_MAX`);
  }
  const workers = e.SFU_WORKERS || availableParallelism();
  if (e.SFU_RTC_PORT + workers - 1 > MAX_PORT) {
    throw refusal('SFU_RTC_PORT', e.SFU_RTC_PORT, `at most ${MAX_PORT - workers + 1}: each of ${workers} media workers takes the next port`);
  }
  const announced = e.SFU_ANNOUNCED_ADDRESS === undefined ? [] : list(e.SFU_ANNOUNCED_ADDRESS);
  const media = list(e.SFU_RTC_IP).map((address, index) => ({ ip: address, announcedAddress: announced[index] }));
  if (media.some(({ ip, announcedAddress }) => (ip === '0.0.0.0' || ip === '::') && announcedAddress === undefined)) {
    throw refusal('SFU_RTC_IP', e.SFU_RTC_IP, 'no wildcard unless SFU_ANNOUNCED_ADDRESS is the address that browsers can reach');
  }
  if (announced.length > media.length) throw refusal('SFU_ANNOUNCED_ADDRESS', e.SFU_ANNOUNCED_ADDRESS, HOSTS);
  return Object.freeze({
    host: e.SFU_HOST,
    port: e.SFU_PORT,
    media,
    rtcPort: e.SFU_RTC_PORT,
    plainPortMin: e.SFU_PLAIN_PORT_MIN,
    plainPortMax: e.SFU_PLAIN_PORT_MAX,
    workers,
    tokenSecret: e.SFU_TOKEN_SECRET,
    tokenKeys: e.JBC_KEYS && `${e.JBC_KEYS}/sfu-token.keys`,
    maxRooms: e.SFU_MAX_ROOMS,
    maxParticipants: e.SFU_MAX_PARTICIPANTS,
    maxListeners: e.SFU_MAX_LISTENERS,
    maxVideos: e.SFU_MAX_VIDEOS,
    maxSockets: e.SFU_MAX_SOCKETS,
    idleMinutes: e.SFU_IDLE_MINUTES,
    aloneMinutes: e.SFU_ALONE_MINUTES,
    roomsPerAddress: e.SFU_ROOMS_PER_ADDRESS,
    socketsPerAddress: e.SFU_SOCKETS_PER_ADDRESS,
    monitoringFrom: e.MONITORING_FROM ?? '',
    trustedProxies: e.TRUSTED_PROXIES ?? '',
    logLevel: e.SFU_LOG_LEVEL,
    limits: LIMITS,
  });
}
