/** Closed rooms are remembered for a token's life, and no longer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Closings } from '../closings.js';

test('a closing is remembered as long as a token from before may live, and leaves nothing behind', () => {
  let now = 1_700_000_000_900;
  const closings = new Closings(() => now);
  closings.add('r');
  const second = 1_700_000_000;
  assert.deepEqual([second - 100, second, second + 1].map((issued) => closings.refuses('r', issued)), [true, true, false]);
  assert.equal(closings.refuses('other', 0), false);
  now += 60_000;
  closings.add('s');
  closings.add('r'); // again
  now += 100_000;
  closings.add('t');
  assert.equal(closings.size, 3);
  now += 60_000;
  closings.add('u');
  assert.deepEqual([closings.size, closings.refuses('r', second), closings.refuses('t', second)], [2, false, true]);
});
