/** Turns to speak: who gets the next one, when, and that nobody else is heard. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

const OPUS = { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 };
const SETTLES = 150;
const WAITS = 1_500;

describe('turns', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu({}, { turnSettles: SETTLES, turnWaits: WAITS }); });
  after(() => sfu.close());

  /** Somebody with a voice. @param {string} room @param {string} id @param {string[]} [rights] */
  async function enter(room, id, rights = [...SPEAKER]) {
    const { client, hello } = await Client.enter(sfu.port, participantToken(room, id, {}, rights));
    const { transportId } = await client.request('createTransport', { direction: 'send' });
    const rtpParameters = { mid: 'a', codecs: [OPUS], encodings: [{ ssrc: 1_001 }] };
    const { producerId } = await client.request('produce', { transportId, kind: 'audio', rtpParameters });
    return { client, hello, producerId };
  }

  /** What a host has decided. @param {string} room @param {object} said */
  async function order(room, said) {
    const headers = { authorization: `Bearer ${await sign({ role: 'operator', sub: 'web' })}` };
    const answer = await fetch(`http://127.0.0.1:${sfu.port}/operator/rooms/${room}`, { method: 'POST', headers, body: JSON.stringify(said) });
    assert.equal(answer.status, 204);
  }

  /** @param {Client} client @param {string | null} speaker @param {string | null} [heard] */
  const turn = async (client, speaker, heard = null) => {
    assert.deepEqual(await client.event('turn'), { turn: { speaker, heard } });
  };

  test('go round by raised hands, the next when the one before has been heard to the end', async () => {
    const ana = await enter('round', 'ana');
    assert.equal(ana.hello.turn, null);
    await order('round', { turns: true });
    await turn(ana.client, null);
    const bob = await enter('round', 'bob');
    assert.deepEqual(bob.hello.turn, { speaker: null, heard: null });
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    assert.equal((await ana.client.event('producerAdded')).paused, true);
    await assert.rejects(bob.client.request('resumeProducer', { producerId: bob.producerId }), { code: 'forbidden' });

    await ana.client.request('raiseHand'); // nobody speaks: it is their turn at once
    await turn(bob.client, 'ana');
    assert.deepEqual(await bob.client.event('handsLowered'), { participants: ['ana'], by: null });
    await ana.client.request('resumeProducer', { producerId: ana.producerId });
    assert.deepEqual(await bob.client.event('producerResumed'), { producerId: ana.producerId });
    await bob.client.request('raiseHand');
    await assert.rejects(bob.client.request('endTurn', { participant: 'ana' }), { code: 'forbidden' });
    await bob.client.request('endTurn'); // it is not theirs: nothing changes

    const listening = { room: 'round', participant: 'ana', count: 1, listener: 'bob', seconds: 2 };
    await bridge.request('listening', listening);
    await ana.client.request('endTurn');
    await turn(bob.client, null, 'ana');
    assert.deepEqual(await bob.client.event('producerPaused'), { producerId: ana.producerId });
    await assert.rejects(ana.client.request('resumeProducer', { producerId: ana.producerId }), { code: 'forbidden' });
    await new Promise((resolve) => setTimeout(resolve, 2 * SETTLES));
    assert.deepEqual((await bob.client.settled()).filter((name) => name === 'turn'), [], 'bob still listens');
    await bridge.request('listening', { ...listening, count: 0, listener: null });
    await turn(bob.client, 'bob');
    await bob.client.request('endTurn');
    await turn(bob.client, null, 'bob');
    await turn(bob.client, null); // nobody listens to him, and nobody wants to go on
    await bridge.leave();
  });

  test('end by a host, by leaving, with the right to speak, and with whatever keeps them too long; who only listens gets none', async () => {
    const host = await enter('ends', 'host', [...SPEAKER, 'moderate']);
    const ana = await enter('ends', 'ana');
    const { client: lea } = await Client.enter(sfu.port, participantToken('ends', 'lea', {}, ['read']));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await lea.request('raiseHand');
    await ana.client.request('raiseHand');
    await order('ends', { turns: true });
    await turn(lea, null);
    await turn(lea, 'ana');
    await host.client.request('raiseHand');
    await host.client.request('endTurn', { participant: 'ana' });
    await turn(lea, null, 'ana');
    await host.client.request('endTurn', { participant: 'ana' }); // nobody waits
    await turn(lea, 'host');
    await ana.client.request('raiseHand');
    await host.client.leave();
    await turn(lea, 'ana');
    await bridge.request('listening', { room: 'ends', participant: 'ana', count: 1, listener: 'lea', seconds: null });
    await order('ends', { rights: { ana: ['read'] } });
    await turn(lea, null, 'ana');
    await turn(lea, null); // after the longest wait: lea is said to listen on
    await order('ends', { rights: { lea: [...SPEAKER] } });
    await turn(lea, 'lea');
    await bridge.leave();
  });

  test('leave interpreters their voice, and everybody theirs where they are taken no more', async () => {
    const ana = await enter('mode', 'ana', [...SPEAKER, 'interpret:pt>en']);
    const bob = await enter('mode', 'bob');
    await order('mode', { turns: true });
    await bob.client.event('producerPaused', ({ producerId }) => producerId === ana.producerId);
    await ana.client.request('interpret', { pair: 'pt>en' });
    await ana.client.request('resumeProducer', { producerId: ana.producerId });
    await bob.client.event('producerResumed');
    await ana.client.request('stopInterpreting');
    await bob.client.event('producerPaused');
    await order('mode', { turns: false });
    await turn(bob.client, null);
    assert.deepEqual(await bob.client.event('turn'), { turn: null });
    await bob.client.request('resumeProducer', { producerId: bob.producerId });
    await ana.client.event('producerResumed');
  });
});
