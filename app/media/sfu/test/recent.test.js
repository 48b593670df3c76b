/** Decisions are remembered for a token's life, and no longer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Recent } from '../recent.js';

test('a decision is remembered as long as a token from before may live, and leaves nothing behind', () => {
  let now = 1_700_000_000_900;
  /** @type {Recent<string | null>} */
  const recent = new Recent(() => now);
  recent.set('r', 'old');
  const second = 1_700_000_000;
  assert.deepEqual([second - 100, second, second + 1].map((issued) => recent.since('r', issued)), ['old', 'old', undefined]);
  assert.equal(recent.since('other', 0), undefined);
  now += 60_000;
  recent.set('s', '');
  recent.set('r', null); // another one
  assert.equal(recent.since('r', second), null);
  now += 100_000;
  recent.set('t', 'new');
  assert.equal(recent.size, 3);
  now += 60_000;
  recent.set('u', '');
  assert.deepEqual([recent.size, recent.since('r', second), recent.since('t', second)], [2, undefined, 'new']);
});
