/** How often somebody may type. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Typing } from '../typing.js';

test('some lines may come at once, and then one every while; each person for themselves', () => {
  let now = 1_000;
  const typing = new Typing(() => now);
  assert.deepEqual(Array.from({ length: 9 }, () => typing.allows('ana')), [...Array(8).fill(true), false]);
  assert.equal(typing.allows('bob'), true);
  now += 1_400;
  assert.equal(typing.allows('ana'), false);
  now += 100;
  assert.deepEqual([typing.allows('ana'), typing.allows('ana')], [true, false]);
  now += 60_000;
  for (let other = 0; other < 1_000; other += 1) typing.allows(`p${other}`);
  assert.deepEqual(Array.from({ length: 9 }, () => typing.allows('ana')), [...Array(8).fill(true), false]);
});
