/** The logic of rooms, without a media worker. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { qualityOf } from '../quality.js';
import { Room } from '../room.js';
import { Rooms } from '../rooms.js';
import { SPEAKER } from '../testing/harness.js';

/** @typedef {import('../room.js').Member} Member */
/** @typedef {import('../rooms.js').ConnectedBridge} ConnectedBridge */

const LIMITS = Object.freeze({ participants: 10, listeners: 10, videos: 3, notices: 10, turnSettles: 0, turnWaits: 0 });

/** Somebody who writes down what they are told. @param {string} id @param {Member['owner']} [owner] */
function somebody(id, owner = null) {
  /** @type {[string, any][]} */
  const told = [];
  return { id, owner, meta: { name: id }, rights: /** @type {import('../rights.js').Rights} */ (SPEAKER), told, dismissed: /** @type {string[]} */ ([]),
    send(/** @type {string} */ event, /** @type {object} */ data) { told.push([event, data]); },
    dismiss(/** @type {string} */ code) { this.dismissed.push(code); },
    judge(/** @type {import('../rights.js').Rights} */ rights) { this.rights = rights; },
    released: /** @type {string[]} */ ([]),
    release(/** @type {string} */ room) { this.released.push(room); } };
}

/** A track whose media only remembers what was done to it. @param {any} fields */
function track(fields) {
  /** @type {string[]} */
  const calls = [];
  const handle = {
    pause: async () => { calls.push('pause'); },
    resume: async () => { calls.push('resume'); },
    close: () => { calls.push('close'); },
  };
  return { kind: 'audio', source: 'voice', track: 'original', label: null, paused: false, quality: 'good', untranslated: false, ...fields, handle, calls };
}

/** @param {ReturnType<typeof somebody>} who */
const events = (who) => who.told.splice(0).map(([event]) => event);

function roomOf(limits = {}) {
  const bridge = somebody('bridge');
  const room = new Room('r', [bridge], { ...LIMITS, ...limits });
  const [ana, bob] = [somebody('ana'), somebody('bob')];
  room.join(ana);
  room.join(bob);
  for (const who of [ana, bob, bridge]) who.told.length = 0;
  return { room, bridge, ana, bob };
}

describe('a room', () => {
  test('tells everybody but oneself of an original, and everybody of a dubbed track', () => {
    const { room, bridge, ana, bob } = roomOf();
    room.publish(track({ producerId: 'o', participant: 'ana', owner: ana }));
    assert.deepEqual([events(ana), events(bob), events(bridge)], [[], ['producerAdded'], ['producerAdded']]);
    room.publish(track({ producerId: 'd', participant: 'ana', owner: bridge, track: 'dubbed', label: 'pt' }));
    assert.deepEqual([events(ana), events(bob), events(bridge)], [['producerAdded'], ['producerAdded'], ['producerAdded']]);
    assert.deepEqual(room.view('ana').producers.map(({ producerId }) => producerId), ['d']);
    assert.deepEqual(room.view('bob').producers.map(({ producerId }) => producerId), ['o', 'd']);
    assert.deepEqual(room.view('bob').participants, [{ id: 'ana', meta: { name: 'ana' }, rights: SPEAKER }]);
  });

  test('belongs to the bridge with the highest fence, and forgets what the one before brought', () => {
    const { room, bridge: first, bob } = roomOf();
    const second = somebody('second');
    assert.equal(room.claim(first, 10), 10);
    room.publish(track({ producerId: 'd', participant: 'ana', owner: first, track: 'dubbed', label: 'pt' }));
    room.notice(first, 'k', 'old');
    assert.equal(room.claim(second, 11), 11);
    assert.deepEqual(first.released, ['r']);
    assert.deepEqual([room.tracks, room.view('bob').notices], [[], []]);
    assert.throws(() => room.checkFence(10), { code: 'fenced' });
    room.checkFence(11);
    assert.equal(room.claim(first, 10), 11, 'a claim that comes too late learns what there is');
    room.notice(second, 'k', 'new');
    bob.told.length = 0;
    room.notice(first, 'k', null);
    assert.deepEqual(events(bob), [], 'nobody takes down what another has put up');
  });

  test('adds its name to what bridges are told', () => {
    const { room, bridge, ana } = roomOf();
    room.update(ana);
    assert.deepEqual(bridge.told, [['participantUpdated', { room: 'r', id: 'ana', meta: { name: 'ana' }, rights: SPEAKER }]]);
  });

  test('lets a speaker go with their track and all dubbed versions of it', () => {
    const { room, bridge, ana, bob } = roomOf();
    const original = track({ producerId: 'o', participant: 'ana', owner: ana });
    const dubbed = track({ producerId: 'd', participant: 'ana', owner: bridge, track: 'dubbed', label: 'pt' });
    room.publish(original);
    room.publish(dubbed);
    events(bob);
    room.leave(ana);
    assert.deepEqual(events(bob), ['producerRemoved', 'producerRemoved', 'participantLeft']);
    assert.deepEqual([original.calls, dubbed.calls], [['close'], ['close']]);
    room.leave(ana);
    assert.deepEqual(events(bob), []);
  });

  test('obeys only the owner of a track, and tells of a change once', async () => {
    const { room, ana, bob } = roomOf();
    room.publish(track({ producerId: 'o', participant: 'ana', owner: ana }));
    events(bob);
    await assert.rejects(room.setPaused(bob, 'o', true), { code: 'not_found' });
    assert.throws(() => room.unpublish(bob, 'o'), { code: 'not_found' });
    await room.setPaused(ana, 'o', true);
    await room.setPaused(ana, 'o', true);
    assert.equal(room.track('o')?.paused, true);
    await room.setPaused(ana, 'o', false);
    assert.deepEqual(events(bob), ['producerPaused', 'producerResumed']);
  });

  test('does not tell of a pause of a track that was closed meanwhile', async () => {
    const { room, ana, bob } = roomOf();
    room.publish(track({ producerId: 'o', participant: 'ana', owner: ana }));
    const pausing = room.setPaused(ana, 'o', true);
    room.unpublish(ana, 'o');
    await pausing;
    assert.deepEqual(events(bob), ['producerAdded', 'producerRemoved']);
  });

  test('keeps the newest notice of each key, up to a limit, and forgets it on null', () => {
    const { room, bridge, ana } = roomOf({ notices: 2 });
    room.notice(bridge, 'a', 1);
    room.notice(bridge, 'a', 2);
    room.notice(bridge, 'b', 3);
    assert.throws(() => room.notice(bridge, 'c', 4), { code: 'limit' });
    room.notice(bridge, 'b', null);
    room.notice(bridge, 'b', null);
    room.notice(bridge, 'c', 5);
    assert.deepEqual(room.view('ana').notices, [{ key: 'a', payload: 2 }, { key: 'c', payload: 5 }]);
    assert.equal(events(ana).length, 5);
  });

  test('takes one track of each source from everybody, one screen in all, and so many pictures', () => {
    const { room, ana, bob } = roomOf({ videos: 2 });
    /** @param {typeof ana} owner @param {any} source */
    const bring = (owner, source) => {
      room.admit(owner, source);
      const kind = source === 'voice' ? 'audio' : 'video';
      room.publish(track({ producerId: `${owner.id}-${source}`, participant: owner.id, owner, kind, source }));
    };
    bring(ana, 'voice');
    assert.throws(() => bring(ana, 'voice'), { code: 'limit' });
    bring(ana, 'screen');
    assert.throws(() => bring(bob, 'screen'), { code: 'conflict' });
    bring(bob, 'camera');
    assert.throws(() => bring(ana, 'camera'), { code: 'limit', message: /cameras/ });
    room.unpublish(ana, 'ana-screen');
    bring(bob, 'screen');
  });

  test('tells of how well a track arrives when that changes, and of the loudest voice', () => {
    const { room, ana, bob } = roomOf();
    room.publish(track({ producerId: 'o', participant: 'ana', owner: ana }));
    events(bob);
    room.setQuality('o', 'poor');
    room.setQuality('o', 'poor');
    room.setQuality('gone', 'poor');
    room.dominate('ana');
    assert.deepEqual(bob.told, [
      ['producerQuality', { producerId: 'o', quality: 'poor' }], ['dominantSpeaker', { participant: 'ana' }],
    ]);
    assert.equal(room.view('bob').producers[0]?.quality, 'poor');
    assert.deepEqual(room.view('ana').own.map(({ producerId }) => producerId), ['o']);
  });

  test('is full at its limit and holds each id once', () => {
    const { room } = roomOf({ participants: 3 });
    assert.throws(() => room.join(somebody('ana')), { code: 'conflict' });
    room.join(somebody('eve'));
    assert.throws(() => room.join(somebody('zoe')), { code: 'limit' });
  });
});

/** Rooms whose media can be made to die. */
function hotel(maxRooms = 3) {
  /** @type {{closed: number, die: () => void}[]} */
  const media = [];
  const rooms = new Rooms({
    openMedia: async (onDied) => {
      const one = { closed: 0, die: onDied, close() { this.closed += 1; } };
      media.push(one);
      return one;
    },
    maxRooms,
    roomsPerAddress: 0,
    perRoom: LIMITS,
  });
  return { rooms, media };
}

describe('all rooms', () => {
  test('open once for many who come at the same time, and close with the last person', async () => {
    const { rooms, media } = hotel();
    const bridge = somebody('bridge');
    rooms.addBridge(bridge);
    const people = ['ana', 'bob'].map((id) => somebody(id));
    const opened = await Promise.all(people.map((person) => rooms.enter('r', (room) => { room.join(person); return room; })));
    assert.equal(opened[0], opened[1]);
    assert.equal(media.length, 1);
    const room = /** @type {Room} */ (opened[0]);
    room.join(somebody('rec', bridge));
    for (const person of people) rooms.leave(room, person);
    assert.deepEqual([rooms.open, media[0]?.closed, room.closed], [[], 1, true]);
    assert.deepEqual(bridge.told.at(-1), ['roomClosed', { room: 'r' }]);
    assert.throws(() => rooms.get('r'), { code: 'not_found' });
  });

  test('close a room nobody managed to enter, and free the place of one that never opened', async () => {
    const { rooms, media } = hotel(1);
    await assert.rejects(rooms.enter('r', () => { throw new Error('left meanwhile'); }), /left meanwhile/);
    assert.deepEqual([rooms.open, media[0]?.closed], [[], 1]);
    const broken = new Rooms({
      openMedia: async () => { throw new Error('no worker'); }, maxRooms: 1, roomsPerAddress: 0,
      perRoom: LIMITS,
    });
    await assert.rejects(broken.enter('r', () => {}), /no worker/);
    await assert.rejects(broken.enter('s', () => {}), /no worker/);
  });

  test('tell only the people of a room whose media died', async () => {
    const { rooms, media } = hotel();
    const bridge = somebody('bridge');
    rooms.addBridge(bridge);
    const [ana, bob] = [somebody('ana'), somebody('bob')];
    await rooms.enter('one', (room) => room.join(ana));
    await rooms.enter('two', (room) => room.join(bob));
    media[0]?.die();
    assert.deepEqual([ana.dismissed, bob.dismissed], [['worker_died'], []]);
    assert.deepEqual(bridge.told.at(-1), ['roomClosed', { room: 'one' }]);
    assert.deepEqual(rooms.open.map(({ id }) => id), ['two']);
  });

  test('announce the first bridge and the loss of the last', async () => {
    const { rooms } = hotel();
    const ana = somebody('ana');
    await rooms.enter('r', (room) => room.join(ana));
    const [one, two] = [somebody('one'), somebody('two')];
    rooms.addBridge(one);
    rooms.addBridge(two);
    rooms.removeBridge(one);
    assert.deepEqual(ana.told, [['bridge', { state: 'up' }]]);
    rooms.removeBridge(two);
    rooms.removeBridge(two);
    assert.deepEqual(ana.told, [['bridge', { state: 'up' }], ['bridge', { state: 'down' }]]);
  });
});

test('the quality of a track is that of its best layer', () => {
  const of = (/** @type {number[]} */ ...scores) => qualityOf(scores.map((score) => ({ score })));
  assert.deepEqual([of(10), of(0, 9, 0), of(6), of(2, 4), of()], ['good', 'good', 'fair', 'poor', 'poor']);
});
