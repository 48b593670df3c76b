/** Who interprets: who may, one at a time for a pair, and how they hand over. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

const INTERPRETER = [...SPEAKER, 'interpret:pt>en', 'interpret:en>pt'];

describe('interpreters', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu({}, { interpreting: 6, resumeWithin: 5_000 }); });
  after(() => sfu.close());

  /** @param {string} room @param {string} id @param {string[]} [rights] */
  const enter = (room, id, rights = INTERPRETER) => Client.enter(sfu.port, participantToken(room, id, {}, rights));

  test('are those whom their rights name, one at a time for a pair, and everybody is told', async () => {
    const { client: ana, hello } = await enter('one', 'ana');
    assert.deepEqual(hello.interpreting, []);
    const { client: lea } = await enter('one', 'lea', SPEAKER);
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await ana.request('interpret', { pair: 'pt>en' });
    const began = { pair: 'pt>en', participant: 'ana' };
    assert.deepEqual(await lea.event('interpreting'), began);
    assert.deepEqual(await bridge.event('interpreting'), { room: 'one', ...began });
    await ana.request('interpret', { pair: 'pt>en' }); // told once
    await ana.request('interpret', { pair: 'en>pt' });
    assert.deepEqual(await lea.event('interpreting'), { pair: 'pt>en', participant: null }, 'nobody interprets two at once');
    assert.deepEqual(await lea.event('interpreting'), { pair: 'en>pt', participant: 'ana' });
    const { hello: later } = await enter('one', 'bob');
    assert.deepEqual(later.interpreting, [{ pair: 'en>pt', participant: 'ana' }]);
    const { hello: toBridge } = await Client.enter(sfu.port, bridgeToken('b-2'));
    assert.deepEqual(toBridge.rooms[0].interpreting, later.interpreting);
    await ana.request('stopInterpreting');
    assert.deepEqual(await lea.event('interpreting'), { pair: 'en>pt', participant: null });
    await assert.rejects(lea.request('interpret', { pair: 'pt>en' }), { code: 'forbidden' });
    await assert.rejects(ana.request('interpret', { pair: 'pt>vi' }), { code: 'forbidden' });
    await assert.rejects(bridge.request('interpret', { pair: 'pt>en' }), { code: 'unauthorized' });
    for (const wrong of [{}, { pair: 'pt' }, { pair: 'PT>EN' }, { pair: 'pt>en', participant: 'lea' }]) {
      await assert.rejects(ana.request('interpret', wrong), { code: 'bad_request' });
    }
  });

  test('take over from each other by one message, and what they did ends when they leave', async () => {
    const { client: ana } = await enter('two', 'ana');
    const { client: bob, hello: { resume } } = await enter('two', 'bob');
    const { client: lea } = await enter('two', 'lea', SPEAKER);
    const pair = 'pt>en';
    await ana.request('interpret', { pair });
    await bob.request('interpret', { pair });
    await ana.request('interpret', { pair });
    await bob.request('interpret', { pair });
    await ana.request('stopInterpreting'); // what she does not do any more
    for (const participant of ['ana', 'bob', 'ana', 'bob']) assert.deepEqual(await lea.event('interpreting'), { pair, participant });
    bob.socket.terminate();
    const back = new Client(sfu.port);
    await back.opened;
    const again = await back.request('hello', { token: await participantToken('two', 'bob', {}, INTERPRETER), resume });
    assert.deepEqual(again.interpreting, [{ pair, participant: 'bob' }], 'a lost socket ends nothing');
    await back.leave();
    assert.deepEqual(await lea.event('interpreting'), { pair, participant: null });
  });

  test('may no more when a host says so, and may when a host says that', async () => {
    const { client: ana } = await enter('three', 'ana');
    const { client: lea } = await enter('three', 'lea', ['read']);
    await ana.request('interpret', { pair: 'pt>en' });
    await lea.event('interpreting');
    await order('three', { ana: SPEAKER, lea: ['audio', 'captions', 'read', 'interpret:pt>en'] });
    assert.deepEqual(await lea.event('interpreting'), { pair: 'pt>en', participant: null });
    assert.deepEqual((await lea.event('rights')).rights, ['audio', 'captions', 'read', 'interpret:pt>en']);
    await assert.rejects(ana.request('interpret', { pair: 'pt>en' }), { code: 'forbidden' });
    await lea.request('interpret', { pair: 'pt>en' });
    assert.deepEqual(await ana.event('interpreting', ({ participant }) => participant === 'lea'), { pair: 'pt>en', participant: 'lea' });
  });

  test('change only so often', async () => {
    const { client } = await enter('often', 'ana');
    for (let i = 0; i < 3; i += 1) for (const pair of ['pt>en', 'en>pt']) await client.request('interpret', { pair });
    await assert.rejects(client.request('interpret', { pair: 'pt>en' }), { code: 'limit' });
  });

  /** What a host has decided. @param {string} room @param {Record<string, string[]>} rights */
  async function order(room, rights) {
    const body = JSON.stringify({ rights });
    const headers = { authorization: `Bearer ${await sign({ role: 'operator', sub: 'web' })}` };
    const answer = await fetch(`http://127.0.0.1:${sfu.port}/operator/rooms/${room}`, { method: 'POST', headers, body });
    assert.equal(answer.status, 204);
  }
});
