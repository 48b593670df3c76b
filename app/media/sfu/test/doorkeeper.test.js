/** Sockets by address: one visitor cannot take the places of all, and a class behind one router is let in. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import WebSocket from 'ws';

import { household } from '../addresses.js';
import { Doorkeeper } from '../doorkeeper.js';
import { Client, participantToken, startTestSfu } from '../testing/harness.js';

test('an address has its places, a household of IPv6 is one, and this machine has all', () => {
  const keeper = new Doorkeeper(3, 2);
  /** @param {string} address */
  const visitor = (address, greeted = true) => ({ household: household(address), greeted });
  const [first, ...more] = ['203.0.113.9', '203.0.113.9', '203.0.113.9'].map((address) => visitor(address));
  assert.ok(first && [first, ...more].every((each) => keeper.enter(each)));
  assert.ok(!keeper.enter(visitor('203.0.113.9')));
  assert.ok(keeper.enter(visitor('203.0.113.10')));
  keeper.leave(first);
  assert.ok(keeper.enter(visitor('203.0.113.9')));
  for (const host of [1, 2]) assert.ok(keeper.enter(visitor(`2001:db8::${host}`, false)));
  assert.ok(!keeper.enter(visitor('2001:db8::3')), 'two of them have not said hello yet');
  assert.ok(keeper.enter(visitor('2001:db8:0:1::3', false)));
  for (let count = 0; count < 9; count += 1) assert.ok(keeper.enter(visitor('127.0.0.1', false)));
});

/** @param {number} port @param {string} address A socket as a proxy passes it on. */
async function from(port, address) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { 'x-forwarded-for': address } });
  const heard = once(socket, 'message').then(([data]) => JSON.parse(data.toString()), () => null);
  await once(socket, 'open');
  return { socket, heard };
}

test('a hundred silent sockets of a stranger leave everybody else their places', async () => {
  const sfu = await startTestSfu({ SFU_SOCKETS_PER_ADDRESS: '80' }, { helloWithin: 60_000 });
  try {
    const silent = [];
    for (let count = 0; count < 100; count += 1) silent.push(await from(sfu.port, '203.0.113.9'));
    const refused = await Promise.all(silent.slice(60).map(({ heard }) => heard));
    assert.deepEqual([...new Set(refused.map(({ data }) => data.code))], ['too_many_sockets']);
    const children = await Promise.all(Array.from({ length: 35 }, async (_, index) => {
      const { socket, heard } = await from(sfu.port, '198.51.100.7');
      socket.send(JSON.stringify({ id: 1, method: 'hello', data: { token: await participantToken('class', `child-${index}`) } }));
      return heard;
    }));
    assert.ok(children.every((answer) => answer.ok || answer.event === 'participantJoined'), 'a class has come at once');
    await Client.enter(sfu.port, participantToken('r', 'ana'));
  } finally {
    await sfu.close();
  }
});

test('a stranger opens so many calls and no more, and joins those of others', async () => {
  const sfu = await startTestSfu({ SFU_ROOMS_PER_ADDRESS: '2' });
  /** @param {string} address @param {string} room */
  const enter = async (address, room) => {
    const { socket, heard } = await from(sfu.port, address);
    socket.send(JSON.stringify({ id: 1, method: 'hello', data: { token: await participantToken(room, address.replaceAll(/[.:]/g, '-')) } }));
    const { ok, error } = await heard;
    return { socket, answer: ok ? 'in' : error.code };
  };
  try {
    const first = await enter('2001:db8::1', 'one');
    assert.equal((await enter('2001:db8::2', 'two')).answer, 'in');
    assert.equal((await enter('2001:db8::3', 'three')).answer, 'limit');
    assert.equal((await enter('203.0.113.9', 'three')).answer, 'in');
    assert.equal((await enter('2001:db8::3', 'three')).answer, 'in');
    first.socket.close();
    await once(first.socket, 'close');
    assert.equal((await enter('2001:db8::4', 'four')).answer, 'in');
  } finally {
    await sfu.close();
  }
});
