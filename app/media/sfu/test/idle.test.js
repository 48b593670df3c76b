/** Calls that nobody needs any more end, with a word first; those in which somebody speaks or wants to stay do not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bridgeToken, Client, participantToken, startTestSfu } from '../testing/harness.js';

const MINUTE = 60_000;
const QUICK = { idleEvery: 10, idleNotice: 3_000 };

/**
 * An SFU in whose rooms time flies: what it sees of them is so much older.
 *
 * @param {import('node:test').TestContext} context
 * @param {Record<string, string>} env
 */
async function impatient(context, env) {
  const sfu = await startTestSfu(env, QUICK);
  const real = performance.now.bind(performance);
  let ahead = 0;
  context.mock.method(performance, 'now', () => real() + ahead);
  context.after(() => sfu.close());
  return { sfu, pass: (/** @type {number} */ minutes) => { ahead += minutes * MINUTE; } };
}

test('a call in which nobody speaks is told so, and ends unless somebody stays or speaks', async (context) => {
  const { sfu, pass } = await impatient(context, { SFU_IDLE_MINUTES: '10', SFU_ALONE_MINUTES: '0' });
  const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
  const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
  const { client: bob } = await Client.enter(sfu.port, participantToken('r', 'bob'));
  pass(11);
  assert.deepEqual(await ana.event('idle'), { reason: 'silent', seconds: 3 });
  await bob.request('stay');
  assert.deepEqual(await ana.event('idle'), { reason: null });
  pass(11);
  assert.equal((await ana.event('idle')).reason, 'silent');
  await bridge.request('spoke', { room: 'r' });
  assert.deepEqual(await bridge.event('spoke'), { room: 'r' });
  assert.deepEqual(await ana.event('idle'), { reason: null });
  await assert.rejects(ana.request('spoke', { room: 'r' }), { code: 'unauthorized' });
  pass(11);
  await ana.event('idle', ({ reason }) => reason === 'silent');
  pass(1);
  const closing = await ana.event('closing');
  assert.deepEqual([closing.code, closing.retry, await ana.closed, await bob.closed], ['idle', false, 4411, 4411]);
  assert.deepEqual(await bridge.event('roomClosed'), { room: 'r' });
  const { hello } = await Client.enter(sfu.port, participantToken('r', 'ana'));
  assert.deepEqual([hello.participants, hello.idle], [[], null], 'the room is there for whoever comes again');
});

test('one person alone is told so, and a newcomer keeps the call', async (context) => {
  const { sfu, pass } = await impatient(context, { SFU_IDLE_MINUTES: '0', SFU_ALONE_MINUTES: '5' });
  const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
  pass(6);
  assert.equal((await ana.event('idle')).reason, 'alone');
  const { client: bob } = await Client.enter(sfu.port, participantToken('r', 'bob'));
  assert.deepEqual(await ana.event('idle'), { reason: null });
  pass(6);
  await bob.leave();
  await ana.event('participantLeft');
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.deepEqual((await ana.settled()).filter((name) => name === 'idle'), [], 'alone for a moment only');
  pass(6);
  await ana.event('idle', ({ reason }) => reason === 'alone');
  pass(1);
  assert.equal(await ana.closed, 4411);
});

test('without a bridge nobody knows who speaks, and no call ends for silence', async (context) => {
  const { sfu, pass } = await impatient(context, { SFU_IDLE_MINUTES: '10', SFU_ALONE_MINUTES: '0' });
  const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
  pass(60);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.deepEqual(await ana.settled(), []);
  const { client: bridge, hello } = await Client.enter(sfu.port, bridgeToken());
  assert.ok(hello.rooms[0].age >= 3_600);
  assert.equal(hello.rooms[0].speech, null);
  await bridge.request('spoke', { room: 'r' });
  pass(1);
  const { hello: late } = await Client.enter(sfu.port, bridgeToken('bridge-2'));
  assert.ok(late.rooms[0].speech.since >= 60 && late.rooms[0].speech.last >= 60);
});
