/** What hand-written clients are answered who want more than their token allows, or than a host has left them. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bridgeToken, Client, participantToken, sign, SPEAKER, startTestSfu } from '../testing/harness.js';

const CODECS = {
  audio: { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 },
  video: { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 },
};
const LISTENER = ['read'];
const HOST = [...SPEAKER, 'moderate'];

/** Somebody with a transport to send on. @param {number} port @param {string | Promise<string>} token */
async function enter(port, token) {
  const { client, hello } = await Client.enter(port, token);
  const { transportId } = await client.request('createTransport', { direction: 'send' });
  let ssrc = 1_000;
  /** @param {'voice' | 'camera' | 'screen'} source @returns {Promise<string>} */
  const send = async (source) => {
    const kind = source === 'voice' ? 'audio' : 'video';
    const rtpParameters = { mid: source, codecs: [CODECS[kind]], encodings: [{ ssrc: (ssrc += 1) }] };
    return (await client.request('produce', { transportId, kind, source, rtpParameters })).producerId;
  };
  return { client, hello, send };
}

describe('a client', () => {
  /** @type {import('../sfu.js').Sfu} */ let sfu;
  before(async () => { sfu = await startTestSfu({ SFU_MAX_PARTICIPANTS: '2', SFU_MAX_LISTENERS: '1' }, { resumeWithin: 5_000 }); });
  after(() => sfu.close());

  /** @param {string} room @param {object} order */
  const post = async (room, order, token = sign({ role: 'operator', sub: 'web' })) => fetch(`http://127.0.0.1:${sfu.port}/operator/rooms/${room}`, {
    method: 'POST', headers: { authorization: `Bearer ${await token}` }, body: JSON.stringify(order),
  });
  /** @param {string | Promise<string>} token @param {string} [resume] */
  const knock = async (token, resume) => {
    const client = new Client(sfu.port);
    await client.opened;
    return client.request('hello', { token: await token, ...(resume && { resume }) });
  };

  test('that may only listen sends nothing, and one with some rights that alone', async () => {
    const listener = await enter(sfu.port, participantToken('stage', 'lea', {}, LISTENER));
    assert.deepEqual(listener.hello.rights, LISTENER);
    for (const source of /** @type {const} */ (['voice', 'camera', 'screen'])) {
      await assert.rejects(listener.send(source), { code: 'forbidden', message: /may not send/ });
    }
    const caller = await enter(sfu.port, participantToken('stage', 'carl', {}, ['audio', 'captions', 'read']));
    await caller.send('voice');
    await assert.rejects(caller.send('camera'), { code: 'forbidden' });
    await caller.client.leave();
    const without = await enter(sfu.port, sign({ role: 'participant', sub: 'none', room: 'plain', meta: {} }));
    await assert.rejects(without.send('voice'), { code: 'forbidden' }); // a token that names no rights gives none
    await assert.rejects(knock(participantToken('stage', 'eve', {}, ['fly'])), { code: 'unauthorized' });
    await listener.client.leave();
    await without.client.leave();
  });

  test('whose words are not to be written down is not tapped', async () => {
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    const ana = await enter(sfu.port, participantToken('hush', 'ana', {}, ['audio']));
    const voice = await ana.send('voice');
    await assert.rejects(bridge.request('tap', { producerId: voice, port: 45_678 }), { code: 'forbidden' });
    await ana.client.leave();
    await bridge.leave();
  });

  test('listens where the places of those who speak are taken, and the other way round', async () => {
    const inside = [];
    for (const id of ['ana', 'bob']) inside.push(await enter(sfu.port, participantToken('full', id)));
    await assert.rejects(knock(participantToken('full', 'cy')), { code: 'limit' });
    inside.push(await enter(sfu.port, participantToken('full', 'lea', {}, LISTENER)));
    await assert.rejects(knock(participantToken('full', 'leo', {}, LISTENER)), { code: 'limit' });
    for (const { client } of inside) await client.leave();
  });

  test('that was removed comes back with no token from before, on no socket, and not by going on', async () => {
    const [old, eves] = await Promise.all([participantToken('out', 'eve'), participantToken('out', 'eve')]);
    const ana = await enter(sfu.port, participantToken('out', 'ana', {}, HOST));
    const eve = await enter(sfu.port, eves);
    assert.equal((await post('out', { remove: ['eve'] })).status, 204);
    assert.deepEqual([(await eve.client.event('closing')).code, await eve.client.closed], ['removed', 4403]);
    assert.deepEqual(await ana.client.event('participantLeft'), { id: 'eve' });
    for (const [token, resume] of [[old], [eves], [eves, eve.hello.resume]]) {
      await assert.rejects(knock(/** @type {string} */ (token), resume), { code: 'unauthorized', message: /removed/ });
    }
    const bob = await enter(sfu.port, participantToken('out', 'bob')); // nobody else is meant
    const lost = await enter(sfu.port, participantToken('out2', 'lost'));
    lost.client.socket.terminate(); // a socket that is lost keeps no place either
    await lost.client.closed;
    await post('out2', { remove: ['lost'] });
    await assert.rejects(knock(participantToken('out2', 'lost'), lost.hello.resume), { code: 'unauthorized' });
    await bob.client.leave();
    await ana.client.leave();
  });

  test('loses what it sends with the right to, and gets it back neither by an older token nor by going on', async () => {
    const before = await participantToken('strict', 'bob');
    const bob = await enter(sfu.port, before);
    const ana = await enter(sfu.port, participantToken('strict', 'ana'));
    const voice = await bob.send('voice');
    await bob.send('camera');
    const theirs = ['video', 'screen', 'read'];
    assert.equal((await post('strict', { rights: { bob: theirs } })).status, 204);
    assert.deepEqual(await bob.client.event('rights'), { rights: theirs });
    assert.deepEqual(await ana.client.event('producerRemoved'), { producerId: voice });
    assert.deepEqual((await ana.client.event('participantUpdated')).rights, theirs);
    await assert.rejects(bob.send('voice'), { code: 'forbidden' });
    await bob.client.request('renew', { token: before });
    await assert.rejects(bob.send('voice'), { code: 'forbidden' });
    bob.client.socket.terminate();
    await bob.client.closed;
    const again = new Client(sfu.port);
    await again.opened;
    const hello = await again.request('hello', { token: before, resume: bob.hello.resume });
    assert.deepEqual([hello.resumed, hello.rights], [true, theirs]);
    assert.deepEqual(hello.own.map((/** @type {any} */ { source }) => source), ['camera']);
    await again.leave();
    const anew = await knock(before);
    assert.deepEqual([anew.resumed, anew.rights], [false, theirs]);
    const newer = sign({ role: 'participant', sub: 'bob', room: 'strict', meta: {}, rights: SPEAKER }, { issued: 1 });
    assert.deepEqual((await knock(newer)).rights, SPEAKER); // what `web` says later counts
    await ana.client.leave();
  });

  test('types what whoever may speak types, and no faster than people do', async () => {
    const [speaking, listening] = [await enter(sfu.port, participantToken('typed', 'ana')), await enter(sfu.port, participantToken('typed', 'lea', {}, LISTENER))];
    const line = { line: 'abcdefgh', text: ' Ola\u0301! ' };
    await assert.rejects(speaking.client.request('type', line), { code: 'unavailable' }); // no bridge serves the room
    const { client: other } = await Client.enter(sfu.port, bridgeToken('other'));
    const { client: bridge } = await Client.enter(sfu.port, bridgeToken());
    await bridge.request('claim', { room: 'typed', fence: 1 });
    assert.deepEqual(await speaking.client.request('type', line), {});
    assert.deepEqual(await bridge.event('typed'), { room: 'typed', participant: 'ana', line: 'abcdefgh', text: 'Ol\u00e1!', spoken: false });
    await assert.rejects(listening.client.request('type', line), { code: 'forbidden' });
    await post('typed', { rights: { ana: ['video', 'screen', 'read'] } }); // only hosts speak now
    await assert.rejects(speaking.client.request('type', line), { code: 'forbidden' });
    await post('typed', { rights: { ana: SPEAKER } });
    for (let more = 1; more < 8; more += 1) await speaking.client.request('type', { line: `line-${more}-of-8`, text: '1', spoken: true });
    await assert.rejects(speaking.client.request('type', line), { code: 'limit' });
    await speaking.client.leave();
    const again = await enter(sfu.port, participantToken('typed', 'ana'));
    await assert.rejects(again.client.request('type', line), { code: 'limit' }); // not by coming back either
    assert.deepEqual((await other.settled()).filter((name) => name === 'typed'), []);
    await bridge.leave();
    await assert.rejects(again.client.request('type', line), { code: 'unavailable' }); // the other has not claimed the room
    for (const client of [again.client, listening.client, other]) await client.leave();
  });

  test('is muted by a host and hears of it, and may speak again', async () => {
    const bob = await enter(sfu.port, participantToken('loud', 'bob'));
    const ana = await enter(sfu.port, participantToken('loud', 'ana', {}, HOST));
    const producerId = await bob.send('voice');
    assert.equal((await post('loud', { mute: ['bob', 'ana', 'nobody'] })).status, 204);
    assert.deepEqual(await bob.client.event('muted'), { producerId });
    assert.deepEqual(await ana.client.event('producerPaused'), { producerId });
    assert.deepEqual(await ana.client.event('muted'), { producerId: null }); // sends no voice, and is to have none read aloud
    await bob.client.request('resumeProducer', { producerId });
    assert.deepEqual(await ana.client.event('producerResumed'), { producerId });
    await ana.client.leave();
    await bob.client.leave();
  });

  test('has nothing to say about others, whatever its token', async () => {
    for (const token of [participantToken('r', 'ana', {}, HOST), bridgeToken()]) {
      assert.equal((await post('r', { remove: ['bob'] }, token)).status, 401);
    }
    for (const wrong of [{ rights: { bob: ['fly'] } }, { mute: 'bob' }, { delete: ['bob'] }, { remove: ['b b'] }]) {
      assert.equal((await post('r', wrong)).status, 400);
    }
    const large = { remove: Array.from({ length: 10_000 }, (_, index) => `${'x'.repeat(90)}${index}`).map((id) => id.slice(-96)), mute: ['x'.repeat(100_000)] };
    assert.equal((await post('r', large)).status, 413);
  });

  for (const [how, code, status] of /** @type {const} */ ([['ended', 'call_ended', 4412], ['moved', 'moved', 4421]])) {
    test(`is told that the call has ${how}, where the room stays open`, async () => {
      const ana = await enter(sfu.port, participantToken(how, 'ana'));
      const url = `http://127.0.0.1:${sfu.port}/operator/rooms/${how}`;
      const authorization = `Bearer ${await sign({ role: 'operator', sub: 'web' })}`;
      const { rooms } = /** @type {any} */ (await (await fetch(url, { headers: { authorization } })).json());
      assert.deepEqual(rooms.map((/** @type {any} */ { room }) => room), [how]);
      assert.equal((await fetch(`${url}?${how}`, { method: 'DELETE', headers: { authorization } })).status, 204);
      assert.deepEqual([(await ana.client.event('closing')).code, await ana.client.closed], [code, status]);
      await assert.rejects(knock(participantToken(how, 'ana')), { code: 'unauthorized' });
    });
  }
});
