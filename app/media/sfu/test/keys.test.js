/** Keys that are exchanged while the SFU runs. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { SignJWT } from 'jose';

import { keySet } from '../keys.js';
import { tokenVerifier } from '../tokens.js';

const FIRST = 'f'.repeat(40);
const SECOND = 's'.repeat(40);

/** @param {string} secret */
function token(secret) {
  const jwt = new SignJWT({ role: 'bridge' }).setProtectedHeader({ alg: 'HS256' }).setSubject('one').setAudience('jbcalling-sfu');
  return jwt.setExpirationTime('1 min').sign(new TextEncoder().encode(secret));
}

test('a token of an older key is taken until that key ends, and a stranger\'s never', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'jbc-keys-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'sfu-token.keys');
  const verify = tokenVerifier(keySet(FIRST, path));
  const refused = { code: 'unauthorized' };

  assert.equal((await verify(await token(FIRST))).sub, 'one', 'without a file the secret counts');
  writeFileSync(path, '');
  assert.equal((await verify(await token(FIRST))).sub, 'one', 'and with an empty one');

  writeFileSync(path, `${SECOND}\n${FIRST} ${Date.now() / 1000 + 60}\n`);
  for (const secret of [FIRST, SECOND]) assert.equal((await verify(await token(secret))).sub, 'one');
  await assert.rejects(verify(await token('x'.repeat(40))), refused);

  writeFileSync(path, `${SECOND}\n${FIRST} ${Date.now() / 1000 - 1}\n`);
  assert.equal((await verify(await token(SECOND))).sub, 'one');
  await assert.rejects(verify(await token(FIRST)), refused);
});
