/** Who still listens to somebody: said by bridges, told to that person alone, and over when the bridge is gone. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, startTestSfu } from '../testing/harness.js';

describe('who still listens', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  test('is told to whom they listen, and to nobody else', async () => {
    const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana'));
    const { client: bob } = await Client.enter(sfu.port, participantToken('r', 'bob'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const said = { room: 'r', participant: 'ana', count: 1, listener: 'bob', seconds: 3.2 };
    await bridge.request('listening', said);
    assert.deepEqual(await ana.event('listening'), { count: 1, listener: 'bob', seconds: 3.2 });
    await bridge.request('listening', { ...said, count: 2, listener: null, seconds: null });
    assert.deepEqual(await ana.event('listening'), { count: 2, listener: null, seconds: null });
    assert.deepEqual((await bob.settled()).filter((name) => name === 'listening'), []);

    await assert.rejects(ana.request('listening', said), { code: 'unauthorized' });
    await assert.rejects(bridge.request('listening', { ...said, participant: 'eve' }), { code: 'not_found' });
    await assert.rejects(bridge.request('listening', { ...said, room: 'other' }), { code: 'not_found' });
    await bridge.request('claim', { room: 'r', fence: 2 });
    await assert.rejects(bridge.request('listening', { ...said, fence: 1 }), { code: 'fenced' });
    for (const wrong of [{ seconds: -1 }, { seconds: 'soon' }, { listener: 'no id' }, { count: -1 }, { count: 1.5 }]) {
      await assert.rejects(bridge.request('listening', { ...said, ...wrong }), { code: 'bad_request' });
    }
    await bridge.leave();
    assert.deepEqual(await ana.event('listening'), { count: 0, listener: null, seconds: null });
  });
});
