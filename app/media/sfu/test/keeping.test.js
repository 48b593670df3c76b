/** What is kept of a call: who is told of it, and how long it holds. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, sign, startTestSfu } from '../testing/harness.js';

describe('a call that is kept', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  const KEEPING = { call: 'c1', since: 1_700_000_000.25, people: ['ana'], trouble: false };

  /** @param {unknown} keeping @param {Promise<string>} [token] */
  const order = async (keeping, token = sign({ role: 'operator', sub: 'web' })) => {
    const body = JSON.stringify({ keeping });
    const headers = { authorization: `Bearer ${await token}`, 'content-length': String(body.length) };
    return (await fetch(`http://127.0.0.1:${sfu.port}/operator/rooms/r`, { method: 'POST', headers, body })).status;
  };

  test('everybody in it is told, whoever comes sees it first, and it ends with the room', async () => {
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const { client: ana, hello } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    assert.equal(hello.keeping, null);
    assert.equal(await order(KEEPING), 204);
    assert.deepEqual(await ana.event('keeping'), { keeping: KEEPING });
    assert.deepEqual(await bridge.event('keeping'), { room: 'r', keeping: KEEPING });
    const { client: bob, hello: later } = await Client.enter(sfu.port, participantToken('r', 'bob'));
    assert.deepEqual(later.keeping, KEEPING);
    const { client: other, hello: seen } = await Client.enter(sfu.port, sign({ role: 'bridge', sub: 'bridge-2' }));
    assert.deepEqual(seen.rooms[0].keeping, KEEPING);
    assert.equal(await order(null), 204);
    assert.deepEqual(await bob.event('keeping'), { keeping: null });
    assert.equal(await order(KEEPING), 204);
    await Promise.all([ana.leave(), bob.leave()]);
    await bridge.event('roomClosed');
    const { client: again, hello: anew } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    assert.equal(anew.keeping, null);
    await Promise.all([again, bridge, other].map((client) => client.leave()));
  });

  test('only web says so, and only what can be understood', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    assert.equal(await order(KEEPING, participantToken('r', 'ana')), 401);
    assert.equal(await order(KEEPING, bridgeToken()), 401);
    assert.equal(await order({ ...KEEPING, call: '../x' }), 400);
    assert.equal(await order({ ...KEEPING, people: 'ana' }), 400);
    assert.equal(await order({ ...KEEPING, more: 1 }), 400);
    await assert.rejects(ana.request('keep', { keeping: KEEPING }), { code: 'bad_request' });
    await ana.leave();
  });
});
