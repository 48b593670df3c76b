import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, parseConfig } from "../src/config.js";

const raw = { room: "r", participant: "me", name: "Me", speak: "en", read: "en", hear: "en", tokenUrl: "/t" };

test("what the page says comes from the server", () => {
  const config = parseConfig(JSON.stringify({ ...raw, texts: { muted: "Mudo" } }));
  assert.equal(config.texts.muted, "Mudo");
  assert.equal(config.reader, false);
});

test("a configuration without an address for tokens is refused, with what to do", () => {
  assert.throws(() => parseConfig(JSON.stringify({ ...raw, tokenUrl: "" })), /"tokenUrl".*template/);
});

test("placeholders are filled and unknown ones vanish", () => {
  assert.equal(fill("{source} → {target}{x}", { source: "pt", target: "en" }), "pt → en");
});
