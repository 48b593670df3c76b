/** Who a client is: a stranger's word on it counts for nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { areNetworks, clientOf, household, Networks } from '../addresses.js';
import { startTestSfu } from '../testing/harness.js';

/** @param {string} peer @param {string} [forwarded] */
const request = (peer, forwarded) =>
  /** @type {any} */ ({ socket: { remoteAddress: peer }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } });

test('addresses and networks are told from what is neither', () => {
  for (const good of ['10.0.0.5', '10.0.0.0/8, fd00::/8', '::1']) assert.ok(areNetworks(good), good);
  for (const bad of ['', ' ', '10.0.0', '10.0.0.0/33', '10.0.0.0/8/8', 'host', '*', '10.0.0.1/', '::1/129', 'fe80::1%eth0']) assert.ok(!areNetworks(bad), bad);
});

test('the word of trusted proxies counts, the last that is no proxy of theirs', () => {
  const trusted = new Networks('10.0.0.0/24');
  for (const [peer, forwarded, client] of /** @type {const} */ ([
    ['203.0.113.7', '127.0.0.1', '203.0.113.7'],
    ['::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['10.0.0.5', '1.1.1.1, 203.0.113.9, 10.0.0.6', '203.0.113.9'],
    ['10.0.0.5', '[2001:db8::9]:443', '2001:db8::9'],
    ['10.0.1.5', '203.0.113.9', '10.0.1.5'],
    ['127.0.0.1', undefined, '127.0.0.1'],
  ])) assert.equal(clientOf(request(peer, forwarded), trusted), client);
});

test('a household counts as one', () => {
  assert.equal(household('203.0.113.9'), '203.0.113.9');
  assert.equal(household('2001:db8:0:7:1:2:3:4'), household('2001:0db8::7:ffff:0:0:1'));
  assert.notEqual(household('2001:db8:0:7::1'), household('2001:db8:0:8::1'));
  assert.equal(household('1::'), '1:0:0:0::/64');
  for (const here of ['127.0.0.1', '127.8.8.8', '::1']) assert.equal(household(here), '');
});

test('metrics are for the machine and named addresses', async () => {
  const sfu = await startTestSfu({ MONITORING_FROM: '10.8.0.0/24' });
  try {
    /** @param {string} [forwarded] */
    const status = async (forwarded) => {
      const headers = /** @type {Record<string, string>} */ (forwarded ? { 'x-forwarded-for': forwarded } : {});
      return (await fetch(`http://127.0.0.1:${sfu.port}/metrics`, { headers })).status;
    };
    assert.deepEqual(
      [await status(), await status('10.8.0.7'), await status('203.0.113.9'), await status('127.0.0.1, 203.0.113.9')],
      [200, 200, 404, 404],
    );
  } finally {
    await sfu.close();
  }
});
