/** Raised hands, and who may lower them. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Allowance } from '../allowance.js';
import { Client, participantToken, SPEAKER, startTestSfu } from '../testing/harness.js';

const HOST = [...SPEAKER, 'moderate'];

describe('hands', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu({}, { hands: 6, resumeWithin: 5_000 }); });
  after(() => sfu.close());

  /** @param {string} room @param {string} id @param {string[]} [rights] */
  const enter = (room, id, rights) => Client.enter(sfu.port, participantToken(room, id, {}, rights));

  test('are kept in the order raised, for those who come later and those who come back', async () => {
    const { client: ana, hello } = await enter('order', 'ana');
    assert.deepEqual(hello.hands, []);
    const { client: lea } = await enter('order', 'lea', ['read']); // who only listens has a hand as well
    const { client: bob, hello: { resume } } = await enter('order', 'bob');
    for (const client of [bob, lea, bob]) await client.request('raiseHand');
    for (const participant of ['bob', 'lea']) assert.deepEqual(await ana.event('handRaised'), { participant });
    assert.deepEqual(await bob.event('handRaised'), { participant: 'bob' }, 'one is told of one’s own');
    await ana.request('raiseHand');
    const { client: eve, hello: later } = await enter('order', 'eve');
    assert.deepEqual(later.hands, ['bob', 'lea', 'ana'], 'a hand that is raised twice keeps its place');
    assert.deepEqual(await eve.request('lowerHand'), {}, 'one that is down stays down');
    bob.socket.terminate();
    const back = new Client(sfu.port);
    await back.opened;
    const again = await back.request('hello', { token: await participantToken('order', 'bob'), resume });
    assert.deepEqual([again.resumed, again.hands], [true, ['bob', 'lea', 'ana']]);
    await lea.request('lowerHand');
    assert.deepEqual(await eve.event('handsLowered'), { participants: ['lea'], by: 'lea' });
    await back.leave();
    await ana.event('participantLeft', ({ id }) => id === 'bob');
    assert.deepEqual((await enter('order', 'tam')).hello.hands, ['ana'], 'it is gone with its person');
  });

  test('of others are lowered by hosts alone, one or all', async () => {
    const { client: host } = await enter('hosted', 'host', HOST);
    const { client: ana } = await enter('hosted', 'ana');
    const { client: bob } = await enter('hosted', 'bob');
    for (const client of [ana, bob, host]) await client.request('raiseHand');
    await assert.rejects(bob.request('lowerHand', { participant: 'ana' }), { code: 'forbidden' });
    await assert.rejects(bob.request('lowerHands'), { code: 'forbidden' });
    await host.request('lowerHand', { participant: 'ana' });
    assert.deepEqual(await ana.event('handsLowered'), { participants: ['ana'], by: 'host' });
    await host.request('lowerHand', { participant: 'nobody' });
    await host.request('lowerHands');
    assert.deepEqual(await ana.event('handsLowered'), { participants: ['bob', 'host'], by: 'host' });
    await assert.rejects(host.request('lowerHand', { participant: 'no id' }), { code: 'bad_request' });
    await assert.rejects(host.request('raiseHand', { participant: 'ana' }), { code: 'bad_request' });
  });

  test('go up and down only so often', async () => {
    const { client } = await enter('often', 'ana');
    for (let i = 0; i < 3; i += 1) {
      await client.request('raiseHand');
      await client.request('lowerHand');
    }
    await assert.rejects(client.request('raiseHand'), { code: 'limit' });
  });
});

test('an allowance is there again after its time', () => {
  let now = 0;
  const allowance = new Allowance(2, 1_000, () => now);
  allowance.take();
  now = 600;
  allowance.take();
  assert.throws(() => allowance.take(), { code: 'limit' });
  now = 1_000;
  allowance.take();
  assert.throws(() => allowance.take(), { code: 'limit' });
});
