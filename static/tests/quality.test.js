import assert from "node:assert/strict";
import { test } from "node:test";

import { networkOf, qualityOf } from "../src/quality.js";

const NONE = { received: 0, lost: 0 };
const inbound = (packetsReceived, packetsLost) => ({ type: "inbound-rtp", packetsReceived, packetsLost });

test("loss is what was lost since the last look, either way", () => {
  const first = networkOf([inbound(900, 100), inbound(0, 0)], NONE);
  assert.equal(first.network.lost, 0.1);
  const second = networkOf([inbound(1900, 100), inbound(0, 0)], first.count);
  assert.equal(second.network.lost, 0);
  const sent = networkOf([inbound(2000, 100), { type: "remote-inbound-rtp", fractionLost: 0.2 }], second.count);
  assert.equal(sent.network.lost, 0.2);
  assert.equal(networkOf([inbound(10, 0)], second.count).network.lost, 0, "a track that went takes its count along");
});

test("the round trip is that of the path in use", () => {
  const pair = (nominated, currentRoundTripTime) => ({ type: "candidate-pair", nominated, currentRoundTripTime });
  assert.equal(networkOf([pair(false, 2), pair(true, 0.05)], NONE).network.rtt, 0.05);
});

test("three words for it", () => {
  assert.equal(qualityOf({ rtt: 0.05, lost: 0.01 }), "good");
  assert.equal(qualityOf({ rtt: 0.3, lost: 0 }), "fair");
  assert.equal(qualityOf({ rtt: 0.05, lost: 0.05 }), "fair");
  assert.equal(qualityOf({ rtt: 1, lost: 0 }), "poor");
  assert.equal(qualityOf({ rtt: 0, lost: 0.2 }), "poor");
});
