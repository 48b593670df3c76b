import assert from "node:assert/strict";
import { test } from "node:test";

import { Notices, concerns, languageNamer } from "../src/notices.js";

const config = { participant: "me", read: "en", hear: "en", hearDrafts: false, texts: {} };
const participants = new Map([["ana", {}], ["a:b", {}]]);
const up = { bridge: "up", participants };
const notice = (key, reason, level = "original") => ({ key, payload: { level, reason, source: "pt", target: "en" } });

test("a notice concerns those who hear or read the language, while its speaker is here", () => {
  assert.equal(concerns("dub:ana:en", config, participants), true);
  assert.equal(concerns("dub:ana:vi", config, participants), false);
  assert.equal(concerns("captions:ana:en", config, participants), true);
  assert.equal(concerns("captions:ana:pt", { read: "pt", hear: "en" }, participants), true);
  assert.equal(concerns("dub:ana:pt", { read: "pt", hear: "original" }, participants), false);
  assert.equal(concerns("dub:gone:en", config, participants), false);
  assert.equal(concerns("dub:ana:en:drafts", config, participants), false);
  assert.equal(concerns("dub:ana:en:drafts", { ...config, hearDrafts: true }, participants), true);
  assert.equal(concerns("dub:ana:en", { ...config, hearDrafts: true }, participants), false);
  assert.equal(concerns("dub:ana:en:sentences", { ...config, wholeSentences: true }, participants), true);
  assert.equal(concerns("dub:ana:en:sentences", config, participants), false);
  assert.equal(concerns("dub:en", config, participants), false);
  assert.equal(concerns("dub:a:b:en", config, participants), true);
  assert.equal(concerns("unreadable", config, participants), false);
});

test("the worst reason is said, and the next one once it is over", () => {
  const notices = new Notices(config);
  notices.reset([notice("dub:ana:en", "no_voice", "translated_captions"), notice("captions:ana:en", "workers_silent")]);
  assert.equal(notices.worst(up).reason, "workers_silent");
  notices.take({ key: "captions:ana:en", payload: null });
  assert.equal(notices.worst(up).reason, "no_voice");
  notices.take({ key: "dub:ana:en", payload: null });
  assert.equal(notices.worst(up), null);
});

test("a notice without a reason says that all is well", () => {
  const notices = new Notices(config);
  notices.reset([notice("dub:ana:en", null, "voice")]);
  assert.equal(notices.worst(up), null);
});

test("a bridge that is away is worse than anything it said before", () => {
  const notices = new Notices(config);
  notices.reset([notice("dub:ana:en", "no_voice")]);
  assert.equal(notices.worst({ bridge: "down", participants }).reason, "interpreter_gone");
});

test("an unknown reason is shown as it is", () => {
  const notices = new Notices(config);
  notices.reset([notice("dub:ana:en", "moon_in_the_way")]);
  assert.equal(notices.sentence(notices.worst(up), languageNamer("en")), "moon_in_the_way");
});

test("sentences name the languages in the page's language", () => {
  const texts = { no_translation: "Nenhum modelo traduz {source} para {target}." };
  const notices = new Notices({ ...config, texts });
  const sentence = notices.sentence(notice("dub:ana:en", "no_translation").payload, languageNamer("pt"));
  assert.equal(sentence, "Nenhum modelo traduz português para inglês.");
});
