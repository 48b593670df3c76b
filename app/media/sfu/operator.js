/** HTTP for whoever looks after the installation: who is in which room, and ending a call. Made for `web`. */

import { RequestError } from './errors.js';

/** @typedef {import('./room.js').Room} Room */

const PATH = '/operator/rooms';
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** @param {string | undefined} path Whether `answerOperator` answers requests for it. */
export const isForOperator = (path) => path === PATH || (path?.startsWith(`${PATH}/`) ?? false);

/** @param {Room} room */
function describe(room) {
  const recorded = new Set(room.recorded.map(({ id }) => id));
  const { participants } = room.describe();
  return {
    room: room.id,
    participants: participants.map((participant) => ({ ...participant, recorded: recorded.has(participant.id) })),
    notices: room.notices,
  };
}

/**
 * GET lists the rooms that somebody is in; DELETE of one ends its call and lets everybody know that it is closed.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{rooms: {open: Room[], bridgeState: 'up' | 'down', close: (id: string) => boolean}, verify: import('./tokens.js').Verify}} services
 */
export async function answerOperator(request, response, { rooms, verify }) {
  const path = request.url?.split('?')[0] ?? '';
  if (!(await isOperator(request.headers.authorization, verify))) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  } else if (request.method === 'GET' && path === PATH) {
    response.writeHead(200, JSON_HEADERS).end(JSON.stringify({ bridge: rooms.bridgeState, rooms: rooms.open.map(describe) }));
  } else if (request.method === 'DELETE' && path !== PATH) {
    response.writeHead(rooms.close(path.slice(PATH.length + 1)) ? 204 : 404).end();
  } else {
    response.writeHead(405, { allow: path === PATH ? 'GET' : 'DELETE' }).end();
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
