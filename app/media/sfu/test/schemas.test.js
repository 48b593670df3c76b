/** What is let in through the door and what is not, and what the environment may say. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { loadConfig, NAMES } from '../config.js';
import { bridgeData, parse, participantData } from '../schemas.js';
import { SECRET } from '../testing/harness.js';

const FINGERPRINT = { algorithm: 'sha-256', value: Array(32).fill('AB').join(':') };
const OPUS = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1, usedtx: 1 } };

/** @param {import('zod').ZodType} schema @param {unknown} value */
const refuses = (schema, value) => assert.throws(() => parse(schema, value), { code: 'bad_request' });

describe('message data', () => {
  test('DTLS parameters need a whole fingerprint', () => {
    const schema = participantData.connectTransport;
    /** @param {object[]} fingerprints */
    const data = (fingerprints) => ({ transportId: 't', dtlsParameters: { role: 'client', fingerprints } });
    assert.deepEqual(parse(schema, data([FINGERPRINT])), data([FINGERPRINT]));
    refuses(schema, data([]));
    refuses(schema, data(Array(9).fill(FINGERPRINT)));
    refuses(schema, data([{ ...FINGERPRINT, algorithm: 'sha-512' }]));
    refuses(schema, data([{ ...FINGERPRINT, algorithm: 'md5' }]));
    refuses(schema, data([{ ...FINGERPRINT, value: 'AB' }]));
  });

  test('RTP parameters keep what mediasoup knows and drop the rest', () => {
    const schema = participantData.produce;
    const rtpParameters = { mid: '0', codecs: [OPUS], encodings: [{ ssrc: 1, dtx: true }], rtcp: { cname: 'c' } };
    const data = { transportId: 't', kind: 'audio', source: 'voice', rtpParameters, untranslated: false };
    assert.deepEqual(parse(schema, data), data);
    assert.equal(parse(schema, { ...data, kind: 'video', source: undefined }).source, 'camera');
    refuses(schema, { ...data, source: 'screen' });
    const newer = { ...rtpParameters, fromTheFuture: 1, rtcp: { cname: 'c', mux: true } };
    assert.deepEqual(parse(schema, { ...data, rtpParameters: newer }), data);
    refuses(schema, { ...data, extra: 1 });
    refuses(schema, { ...data, kind: 'text' });
    refuses(schema, { ...data, rtpParameters: { ...rtpParameters, codecs: [] } });
    refuses(schema, { ...data, rtpParameters: { ...rtpParameters, encodings: [] } });
    refuses(schema, { ...data, rtpParameters: { ...rtpParameters, encodings: [{ ssrc: 2 ** 32 }] } });
    refuses(schema, { ...data, rtpParameters: { ...rtpParameters, codecs: [{ ...OPUS, parameters: { nested: {} } }] } });
  });

  test('a typed line has a name and something to read, and is no longer than the field takes', () => {
    const data = { line: 'abcdefgh', text: 'Ol\u00e1 \u{1f44b}', spoken: true };
    assert.deepEqual(parse(participantData.type, data), data);
    assert.equal(parse(participantData.type, { ...data, text: 'e\u0301'.repeat(500) }).text, '\u00e9'.repeat(500));
    for (const text of ['', ' \n', '\u200b\u0301', 'x'.repeat(501), 'half \ud83d', 7]) refuses(participantData.type, { ...data, text });
    for (const line of ['short', 'x'.repeat(41), 'with spaces', 'a.b.c.d.e']) refuses(participantData.type, { ...data, line });
    refuses(participantData.type, { ...data, spoken: 'yes' });
    refuses(participantData.type, { ...data, engine: 'x' });
  });

  test('notices are bounded in key and payload', () => {
    const data = { room: 'r', key: 'k', payload: { text: 'x' } };
    assert.deepEqual(parse(bridgeData.notice, data), data);
    assert.deepEqual(parse(bridgeData.notice, { ...data, payload: null }), { ...data, payload: null });
    refuses(bridgeData.notice, { ...data, key: 'k'.repeat(129) });
    refuses(bridgeData.notice, { ...data, payload: 'ã'.repeat(2_500) });
    refuses(bridgeData.notice, { room: 'r', key: 'k' });
  });

  test('an injected track has a label exactly if it is dubbed', () => {
    const data = { room: 'r', participant: 'p', track: 'dubbed', label: 'pt', ssrc: 1 };
    assert.deepEqual(parse(bridgeData.inject, data), data);
    assert.equal(parse(bridgeData.inject, { ...data, track: 'original', label: undefined }).label, null);
    refuses(bridgeData.inject, { ...data, label: null });
    refuses(bridgeData.inject, { ...data, track: 'original' });
    refuses(bridgeData.inject, { ...data, ssrc: 1.5 });
  });

  test('ids are plain', () => {
    for (const room of ['', 'a b', 'x'.repeat(97), '../x', 7]) refuses(bridgeData.removeParticipant, { room, participant: 'p' });
  });

  test('a refusal names what does not fit', () => {
    assert.throws(() => parse(bridgeData.tap, { producerId: 'p', port: 80 }), /port: /);
  });
});

describe('the environment', () => {
  test('has defaults for all but the secret', () => {
    const config = loadConfig({ SFU_TOKEN_SECRET: SECRET, SFU_PORT: '' });
    assert.deepEqual([config.host, config.port, config.rtcPort, config.workers], ['127.0.0.1', 8010, 8020, 1]);
    assert.throws(() => loadConfig({}), { name: 'ConfigError', message: /SFU_TOKEN_SECRET.*make run/ });
    assert.throws(() => loadConfig({ SFU_TOKEN_SECRET: 'short' }), { name: 'ConfigError', message: /32/ });
  });

  test('must make sense', () => {
    /** @param {Record<string, string>} env */
    const refused = (env) => assert.throws(() => loadConfig({ SFU_TOKEN_SECRET: SECRET, ...env }), { name: 'ConfigError' });
    refused({ SFU_PORT: 'http' });
    refused({ SFU_RTC_IP: 'example.org' });
    refused({ SFU_RTC_IP: '0.0.0.0' });
    refused({ SFU_RTC_IP: '0.0.0.0,::', SFU_ANNOUNCED_ADDRESS: '203.0.113.7' });
    refused({ SFU_RTC_IP: '10.0.0.1', SFU_ANNOUNCED_ADDRESS: '203.0.113.7,2001:db8::7' });
    const both = loadConfig({ SFU_TOKEN_SECRET: SECRET, SFU_RTC_IP: '0.0.0.0, ::', SFU_ANNOUNCED_ADDRESS: '203.0.113.7,2001:db8::7' });
    assert.deepEqual(both.media, [{ ip: '0.0.0.0', announcedAddress: '203.0.113.7' }, { ip: '::', announcedAddress: '2001:db8::7' }]);
    refused({ SFU_PLAIN_PORT_MIN: '43000', SFU_PLAIN_PORT_MAX: '42000' });
    refused({ SFU_RTC_PORT: '65535', SFU_WORKERS: '2' });
    loadConfig({ SFU_TOKEN_SECRET: SECRET, SFU_RTC_IP: '0.0.0.0', SFU_ANNOUNCED_ADDRESS: 'call.example.org' });
    assert.equal(loadConfig({ SFU_TOKEN_SECRET: SECRET, SFU_HOST: '::1' }).host, '::1');
  });

  for (const name of NAMES.filter((known) => known !== 'JBC_KEYS')) {
    test(`${name} is refused in one line that names it, what it is and what is allowed`, () => {
      for (const value of ['letters!', '   ', '-1', '99999999', 'nan', 'Infinity', '5s', '1,5', '0x10', 'a\nb', '1e400']) {
        if (name.endsWith('_ADDRESS') || name === 'SFU_HOST') if (/^[\w.-]+$/.test(value)) continue; // a name like any other
        const set = { SFU_TOKEN_SECRET: SECRET, [name]: value };
        assert.throws(() => loadConfig(set), (/** @type {Error} */ error) => {
          assert.equal(error.name, 'ConfigError');
          assert.match(error.message, new RegExp(`^${name} .*: it must be .+\\.$`));
          const secret = name === 'SFU_TOKEN_SECRET';
          assert.equal(error.message.includes(JSON.stringify(value)), !secret, error.message);
          return true;
        });
      }
    });
  }

  test('a value that is too long is shown in part', () => {
    const set = { SFU_TOKEN_SECRET: SECRET, SFU_PORT: 'x'.repeat(1_000) };
    assert.throws(() => loadConfig(set), (/** @type {Error} */ error) => error.message.length < 200);
  });
});
