/** HTTP for `web`: who is in which room, ending a call, and what a host has decided about people. */

import { json } from 'node:stream/consumers';

import { RequestError } from './errors.js';
import { order, parse } from './schemas.js';

/** @typedef {import('./room.js').Room} Room */

const PATH = '/operator/rooms';
/** Bytes of an order at most. */
const MOST = 1024 * 1024;
/** How a call ends, by the query. @type {ReadonlyMap<string | undefined, 'call_ended' | 'moved'>} */
const ENDS = new Map([['ended', 'call_ended'], ['moved', 'moved']]);
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** @param {string | undefined} path Whether `answerOperator` answers requests for it. */
export const isForOperator = (path) => path === PATH || (path?.startsWith(`${PATH}/`) ?? false);

/** @param {Room} room */
function describe(room) {
  const recorded = new Set(room.recorded.map(({ id }) => id));
  const { participants, keeping } = room.describe();
  return {
    room: room.id,
    participants: participants.map((participant) => ({ ...participant, recorded: recorded.has(participant.id) })),
    notices: room.notices,
    turns: room.floor.turn !== null,
    keeping,
  };
}

/**
 * GET lists the rooms that somebody is in, or one of them. DELETE of one ends its call and lets everybody know that it is
 * closed, with `?ended` that the call alone has ended, or with `?moved` that another SFU has it now. POST to one says what a host has decided about people (`order`).
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{rooms: import('./rooms.js').Rooms<any>, verify: import('./tokens.js').Verify}} services
 */
export async function answerOperator(request, response, { rooms, verify }) {
  const [path, query] = (request.url ?? '').split('?', 2);
  const room = path?.slice(PATH.length + 1) ?? '';
  if (!(await isOperator(request.headers.authorization, verify))) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  } else if (request.method === 'GET') {
    const asked = rooms.open.filter(({ id }) => path === PATH || id === room);
    response.writeHead(200, JSON_HEADERS).end(JSON.stringify({ bridge: rooms.bridgeState, rooms: asked.map(describe) }));
  } else if (request.method === 'DELETE' && path !== PATH) {
    response.writeHead(rooms.close(room, ENDS.get(query)) ? 204 : 404).end();
  } else if (request.method === 'POST' && path !== PATH) {
    await obey(request, response, (data) => rooms.obey(room, parse(order, data)));
  } else {
    response.writeHead(405, { allow: path === PATH ? 'GET' : 'GET, DELETE, POST' }).end();
  }
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {(data: unknown) => Promise<void>} carryOut
 */
async function obey(request, response, carryOut) {
  if (!(Number(request.headers['content-length']) <= MOST)) return void response.writeHead(413).end();
  try {
    await carryOut(await json(request));
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof RequestError || error instanceof SyntaxError)) throw error;
    response.writeHead(400, JSON_HEADERS).end(JSON.stringify({ message: error.message }));
  }
}

/** @param {string | undefined} authorization @param {import('./tokens.js').Verify} verify */
async function isOperator(authorization, verify) {
  try {
    return (await verify(authorization?.replace(/^Bearer /, '') ?? '')).role === 'operator';
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}
