import assert from "node:assert/strict";
import { test } from "node:test";

import { failureOf } from "../src/choices.js";

test("every answer that is none has its words", () => {
  const told = {
    choicesUnanswered: [0],
    choicesRefused: [401, 403],
    roomClosed: [404, 410],
    choicesTooMany: [429],
    choicesFailed: [400, 405, 413, 415, 500, 502, 503, 504, 507, 520],
    "": [422],
  };
  for (const [key, statuses] of Object.entries(told)) for (const status of statuses) assert.equal(failureOf(status), key, `${status}`);
});
