/** A typed line is another bridge's to publish where the one that was given it is gone before it has. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, startTestSfu } from '../testing/harness.js';
import { Unpublished } from '../unpublished.js';

describe('typed lines', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  /** @param {string} id @param {number} fence */
  async function bridge(id, fence) {
    const { client } = await Client.enter(sfu.port, bridgeToken(id));
    await client.request('claim', { room: 'r', fence });
    return client;
  }

  test('go to the next bridge until one has published them', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    const first = await bridge('b-1', 1);
    for (const line of ['line-one', 'line-two', 'line-three', 'line-one']) await ana.request('type', { line, text: line });
    const of = (/** @type {string} */ line) => ({ room: 'r', participant: 'ana', line });
    await first.request('published', { ...of('line-two'), fence: 1 });
    await assert.rejects(ana.request('published', of('line-one')), { code: 'unauthorized' });
    first.socket.terminate();
    const second = await bridge('b-2', 2);
    for (const line of ['line-one', 'line-three']) {
      assert.deepEqual(await second.event('typed'), { ...of(line), text: line, spoken: false });
    }
    await assert.rejects(second.request('published', { ...of('line-one'), fence: 1 }), { code: 'fenced' });
    for (const line of ['line-one', 'line-three']) await second.request('published', { ...of(line), fence: 2 });
    await second.leave();
    const third = await bridge('b-3', 3);
    assert.ok(!(await third.settled()).includes('typed'));
  });
});

test('of very many the oldest are given up, and the same one is there once', () => {
  const lines = new Unpublished();
  const line = (/** @type {number} */ number) => ({ participant: 'ana', line: `line-${number}`, text: 'x', spoken: false });
  for (let number = 0; number < 201; number += 1) lines.add(line(number));
  lines.add(line(200));
  assert.equal(lines.all.length, 200);
  assert.equal(lines.all[0]?.line, 'line-1');
});
