/** What an operator sees of the rooms, ending a call, and how many people a room's token lets in. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

describe('the operator', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu(); });
  after(() => sfu.close());

  /** @param {string} path @param {Promise<string>} token @param {string} [method] */
  const ask = async (path, token, method = 'GET') =>
    fetch(`http://127.0.0.1:${sfu.port}${path}`, { method, headers: { authorization: `Bearer ${await token}` } });
  const operator = () => sign({ role: 'operator', sub: 'web' });

  test('sees who is in and what was noticed, and ends a call for good', async () => {
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const { client: ana } = await Client.enter(sfu.port, participantToken('r', 'ana', { name: 'Ana' }));
    await bridge.request('addParticipant', { room: 'r', participant: 'tape', meta: {} });
    await bridge.request('notice', { room: 'r', key: 'dub:ana:pt', payload: { level: 'voice' } });
    const seen = await (await ask('/operator/rooms', operator())).json();
    assert.deepEqual(seen, {
      bridge: 'up',
      rooms: [{
        room: 'r',
        participants: [
          { id: 'ana', meta: { name: 'Ana' }, rights: SPEAKER, recorded: false },
          { id: 'tape', meta: {}, rights: ['audio', 'captions'], recorded: true },
        ],
        notices: [{ key: 'dub:ana:pt', payload: { level: 'voice' } }],
        turns: false,
        keeping: null,
      }],
    });
    assert.equal((await ask('/operator/rooms/none', operator(), 'DELETE')).status, 404);
    assert.equal((await ask('/operator/rooms/r', operator(), 'DELETE')).status, 204);
    const closing = await ana.event('closing');
    assert.deepEqual([closing.code, closing.retry, await ana.closed], ['room_closed', false, 4410]);
    assert.deepEqual(await bridge.event('roomClosed'), { room: 'r' });
    assert.deepEqual(await (await ask('/operator/rooms', operator())).json(), { bridge: 'up', rooms: [] });
    await bridge.leave();
  });

  test('a closed room lets nobody in with a token from before, and those with a newer one where it is opened again', async () => {
    /** @param {string} id @param {number} [issued] */
    const token = (id, issued = 0) => sign({ role: 'participant', sub: id, room: 'shut', meta: {} }, { issued });
    const before = await token('bob', -60);
    const { client: ana, hello } = await Client.enter(sfu.port, token('ana', -90));
    assert.equal((await ask('/operator/rooms/shut', operator(), 'DELETE')).status, 204);
    assert.equal(await ana.closed, 4410);
    for (const [old, resume] of [[before], [await token('eve')], [await token('ana', -90), hello.resume]]) {
      const late = new Client(sfu.port);
      await late.opened;
      await assert.rejects(late.request('hello', { token: old, ...(resume && { resume }) }), { code: 'unauthorized', message: /closed/ });
    }
    assert.equal((await ask('/operator/rooms/idle', operator(), 'DELETE')).status, 404); // nobody was in, and nobody comes
    await assert.rejects(
      Client.enter(sfu.port, sign({ role: 'participant', sub: 'bob', room: 'idle', meta: {} }, { issued: -1 })),
      { code: 'unauthorized' },
    );
    const { client: bob } = await Client.enter(sfu.port, token('bob', 1)); // made after it was opened again
    await bob.leave();
  });

  test('is nobody else, and does nothing else', async () => {
    for (const token of [participantToken('r', 'ana'), bridgeToken(), sign({ role: 'operator', sub: 'web' }, { expires: -60 })]) {
      assert.equal((await ask('/operator/rooms', token)).status, 401);
      assert.equal((await ask('/operator/rooms/r', token, 'DELETE')).status, 401);
    }
    assert.equal((await ask('/operator/rooms', operator(), 'DELETE')).status, 405);
    const client = new Client(sfu.port);
    await client.opened;
    await assert.rejects(client.request('hello', { token: await operator() }), { code: 'unauthorized' });
  });

  test('a room holds as many people as its token says', async () => {
    /** @param {string} id */
    const token = (id) => sign({ role: 'participant', sub: id, room: 'small', meta: {}, rights: SPEAKER, capacity: 1 });
    const { client: ana } = await Client.enter(sfu.port, token('ana'));
    const late = new Client(sfu.port);
    await late.opened;
    await assert.rejects(late.request('hello', { token: await token('bob') }), { code: 'limit' });
    await Client.enter(sfu.port, token('ana')); // who comes back takes their own place
    assert.equal(await ana.closed, 4409);
  });
});
