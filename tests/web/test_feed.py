"""Captions as pages get them from a real web process."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
import redis

from ops.harness.captions import caption, say
from ops.harness.web_server import WebServer, new_room
from tasks.wire import keys
from tests.support.feeds import WITHIN, count, feed, live, spoken, take, texts


async def test_a_line_grows_becomes_final_and_gets_its_translation(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    assert web
    code = await new_room(browser, name="Ana <i>", speak="en", read="en")
    speaker = re.search(r'"participant": ?"(\w+)"', (await browser.get(f"/rooms/{code}/call")).text)
    assert speaker
    await live(browser)
    async with feed(browser, code, "?lang=pt") as events:
        say(own_broker, spoken(code, "s1", "good", final=False, speaker=speaker[1]))
        (interim,) = await take(events, 1)
        say(own_broker, spoken(code, "s1", "good <morning> & all", speaker=speaker[1], seq=4))
        say(own_broker, spoken(code, "s1", "bom dia", language="pt", speaker=speaker[1]))
        say(own_broker, spoken(code, "s1", "chào", language="vi", speaker=speaker[1]))
        say(own_broker, spoken(code, "s2", "oops", final=False))
        final, translation, other = await take(events, 3)
        say(own_broker, spoken(code, "s2", "", final=False))
        (removed,) = await take(events, 1)
    assert (interim.event, interim.id) == ("caption", "")
    assert 'class="utterance interim"' in interim.data
    for part in (
        f'<li id="u-{code}.s1" class="utterance" data-seq="4"',
        'hx-swap-oob="true"',
        '<span class="speaker">Ana &lt;i&gt;</span>',
        '<p class="source" lang="en">good &lt;morning&gt; &amp; all</p>',
        f'<p id="t-{code}.s1" class="translation" lang="pt"></p>',
    ):
        assert part in final.data
    assert re.fullmatch(r"\d+-\d+-[0-9a-f]{8}", final.id)
    assert translation.data.startswith(
        f'<p id="t-{code}.s1" class="translation" lang="pt" hx-swap-oob="true" data-lag-ms="'
    )
    assert ">bom dia</p>" in translation.data
    shown = re.search(r'data-lag-ms="(\d+)" data-lag="([\d.]+) s" title="([^"]+)"', translation.data)
    assert shown
    assert 450 <= int(shown[1]) < 5_000  # it was published half a second after the end of speech
    assert float(shown[2]) == pytest.approx(int(shown[1]) / 1000, abs=0.06)
    assert shown[3].split(" · ") == [
        "end of speech noticed 100 ms",
        "waiting 20 ms",
        "transcription 180 ms",
        "waiting 10 ms",
        "translation 20 ms",
        "by test",
    ]
    assert ("oops" in other.data, "chào" in other.data) == (True, False)
    assert removed.data == f'<li id="u-{code}.s2" class="utterance interim" hx-swap-oob="delete"></li>'


async def test_a_translation_grows_for_those_who_want_it_soon_and_for_those_who_come_later(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    assert web
    code = await new_room(browser, read="pt")
    await live(browser)
    say(own_broker, spoken(code, "s0", "Before."))

    def grow(english: str, portuguese: str) -> None:
        say(own_broker, spoken(code, "s1", english, final=False))
        say(own_broker, spoken(code, "s1", portuguese, language="pt", final=False))

    async with feed(browser, code) as soon, feed(browser, code, "?sentences=whole") as whole:
        assert texts(await take(soon, 1)) == texts(await take(whole, 1)) == ["Before."]
        grow("the ship sails", "o navio parte")
        first = await take(soon, 2)
        of_whole = await take(whole, 1)
        grow("the ship sails tomorrow,", "o navio parte amanhã,")
        grow("the ship", "o navio")  # these were overtaken on their way
        grown = await take(soon, 2)
        of_whole += await take(whole, 1)
        async with feed(browser, code) as late, feed(browser, code, "?format=json") as program:
            _, *joined = await take(late, 3)
            _, *sent = [httpx.Response(200, text=event.data).json() for event in await take(program, 3)]
            say(own_broker, spoken(code, "s1", "The ship sails tomorrow, at nine."))
            say(own_broker, spoken(code, "s1", "O navio parte amanhã, às nove.", language="pt"))
            finals = [await take(reader, 2) for reader in (soon, late, program)]
        of_whole += await take(whole, 2)
    assert first[1].data.startswith(
        f'<p id="t-{code}.s1" class="translation" lang="pt" hx-swap-oob="true" data-grows data-lag'
    )
    assert "data-lag=" not in first[1].data, "a lag beside text that grows would move"
    assert texts(grown) == ["o navio parte", "o navio parte amanhã,"]
    assert texts(joined) == ["the ship sails tomorrow,", "o navio parte amanhã,"]
    assert [(item["language"], item["final"], item["id"]) for item in sent] == [
        ("en", False, None),
        ("pt", False, None),
    ]
    assert [item["text"] for item in sent] == ["the ship sails tomorrow,", "o navio parte amanhã,"]
    assert all("nine" in source.data and "às nove" in translation.data for source, translation in finals)
    assert all(event.id for final in finals for event in final)
    assert ["navio" in event.data for event in of_whole] == [False, False, False, True]


async def test_readers_of_the_spoken_language_get_no_translation(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    assert web
    code = await new_room(browser, read="en")
    say(own_broker, spoken(code, "s1", "hello"))
    say(own_broker, spoken(code, "s1", "olá", language="pt"))
    say(own_broker, spoken(code, "s2", "hello again"))
    async with feed(browser, code) as events:
        first, second = await take(events, 2)
    assert texts([first, second]) == ["hello", "hello again"]
    assert "translation" not in first.data


async def test_one_participant_has_a_limited_number_of_feeds(web: WebServer, browser: httpx.AsyncClient) -> None:
    assert web
    code = await new_room(browser)
    await live(browser)
    async with feed(browser, code) as oldest:
        others = [feed(browser, code) for _ in range(8)]
        for other in others:
            await other.__aenter__()
        async with asyncio.timeout(WITHIN):
            assert [event async for event in oldest] == []
        for other in others:
            await other.__aexit__(None, None, None)
    async with asyncio.timeout(WITHIN):
        while await count(browser, "jbc_caption_readers"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_programs_get_json(web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis) -> None:
    assert web
    code = await new_room(browser)
    say(own_broker, spoken(code, "s1", "hello", seq=2))
    async with feed(browser, code, "?format=json&lang=en") as events:
        (event,) = await take(events, 1)
    found = httpx.Response(200, text=event.data).json()
    assert found["id"] == event.id
    assert (found["segment"], found["seq"], found["text"], found["final"]) == (f"{code}.s1", 2, "hello", True)
    assert found["speaker"] == {"id": "somebody", "name": "Unknown speaker"}
    assert found["stages_ms"] == {"endpoint": 100, "queue": 20, "stt": 180}


async def test_logs_hold_no_names_codes_or_words(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser, name="Esmeralda")
    async with feed(browser, code, "?lang=en") as events:
        say(own_broker, caption(code, "segments-are-named-in-logs", "a secret sentence"))
        await take(events, 1)
    own_broker.publish(keys.captions_channel(code), b"- {}")
    await browser.get(f"/rooms/{code}/call")
    await asyncio.to_thread(web.stop)
    log = web.log.read_text()
    assert "captions.live" in log
    for private in ("Esmeralda", code, "secret sentence", "SECRET", web.env["SESSION_SECRET"]):
        assert private not in log
