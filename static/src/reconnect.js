/** When to come back after a connection has ended, and when to give up. */

import { CLOSE } from "./protocol.js";

const BASE_MS = 400;
const MAX_MS = 8_000;
const FIRST_WITHIN_MS = 2_000;
const MAX_WITHIN_MS = 10_000;
const REFUSALS = 3;
/** What is said after the SFU has closed a socket for good, by its reason. @type {Readonly<Record<string, "replaced" | "callEnded" | "removed">>} */
const STOPS = Object.freeze({ replaced: "replaced", call_ended: "callEnded", removed: "removed" });

/**
 * How one attempt ended.
 * @typedef {{ kind: "closed", code: number, closing: import("./protocol.js").Closing | null }
 *   | { kind: "refused" } | { kind: "gone" } | { kind: "full" } | { kind: "unreachable" }} Outcome
 *
 * @typedef {{ stop: "replaced" | "roomClosed" | "idleEnded" | "callEnded" | "removed" | "notAllowed" } | { waitMs: number, say: "reconnecting" | "roomFull" }} Step
 */

/**
 * Milliseconds to wait before attempt number `attempt` (from 0): doubling to 8 s, half of it jitter, so that the
 * people of a room do not all come back in the same moment.
 * @param {number} attempt
 * @param {number} random from 0 to 1
 */
export function backoffMs(attempt, random) {
  const full = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}

/**
 * Milliseconds that each step of attempt number `attempt` (from 0) may take: what was sent into a network that has just
 * gone is not answered, and what is sent again is.
 * @param {number} attempt
 */
export function withinMs(attempt) {
  return Math.min(MAX_WITHIN_MS, FIRST_WITHIN_MS * 2 ** Math.min(attempt, 10));
}

/**
 * Whether the page was refused rather than disconnected: its token, or its place in the room.
 * @param {Outcome} outcome
 */
export function isRefusal(outcome) {
  return outcome.kind === "refused" || (outcome.kind === "closed" && outcome.code === CLOSE.unauthorized);
}

/**
 * What to do next.
 * @param {Outcome} outcome of the last attempt
 * @param {number} attempt failed attempts since the last connection that worked, this one not counted
 * @param {number} refusals refusals in a row, this one included
 * @param {number} random from 0 to 1
 * @returns {Step}
 */
export function nextStep(outcome, attempt, refusals, random) {
  if (outcome.kind === "closed" && outcome.code === CLOSE.replaced) return { stop: "replaced" };
  if (outcome.kind === "gone" || (outcome.kind === "closed" && outcome.code === CLOSE.roomClosed)) return { stop: "roomClosed" };
  if (outcome.kind === "closed" && outcome.code === CLOSE.idle) return { stop: "idleEnded" };
  if (isRefusal(outcome)) {
    if (refusals >= REFUSALS) return { stop: "notAllowed" };
  } else if (outcome.kind === "closed" && outcome.closing?.retry === false) {
    return { stop: STOPS[outcome.closing.code] ?? "notAllowed" };
  }
  // Our own doing, because the SFU did not answer: the network has changed, and nobody else's has in the same moment.
  if (outcome.kind === "closed" && outcome.code === CLOSE.abandoned && attempt === 0) return { waitMs: 0, say: "reconnecting" };
  if (outcome.kind === "full") return { waitMs: backoffMs(10, random), say: "roomFull" };
  return { waitMs: backoffMs(attempt, random), say: "reconnecting" };
}
