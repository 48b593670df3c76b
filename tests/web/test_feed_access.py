"""Who may read the feed, how, and how many at once."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import httpx
import jwt
import pytest
import redis
from litestar.testing import AsyncTestClient

from app.auth.keyset import KeySet
from app.auth.read_tokens import MAX_LIFETIME, ReadTokens
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.captions import say
from ops.harness.web_server import ROOT, SECRETS, WebServer, csrf_of, new_room, token_of
from tasks.wire.environment import SettingError
from tests.support.feeds import WITHIN, count, feed, live, spoken, take
from tests.web.conftest import FEED_LIMITS

TOKENS = ReadTokens(KeySet(SECRETS["SESSION_SECRET"]))
HOUR = timedelta(hours=1)


async def test_a_token_reads_one_room_in_one_language_until_it_expires(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser)
    await live(browser)
    token = TOKENS.make(code, "pt", timedelta(seconds=2))
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    async with (
        httpx.AsyncClient(base_url=web.url, timeout=WITHIN, headers=headers) as program,
        feed(program, code) as events,
    ):
        for text, language in (("hello", "en"), ("olá", "pt"), ("chào", "vi")):
            say(own_broker, spoken(code, "s1", text, language=language))
        transcript, translation, end = await take(events, 3)
        assert [json.loads(event.data)["text"] for event in (transcript, translation)] == ["hello", "olá"]
        assert (end.event, end.data) == ("end", "expired")
        refused = await program.get(f"/rooms/{code}/captions")
        assert (refused.status_code, "expired" in refused.json()["advice"]) == (403, True)


async def test_a_feed_that_is_open_ends_when_its_link_is_revoked_even_one_from_before_links_were_listed(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser)
    await live(browser)
    headers = {"authorization": f"Bearer {TOKENS.make(code, 'pt', HOUR)}", "accept": "application/json"}
    async with (
        httpx.AsyncClient(base_url=web.url, timeout=WITHIN, headers=headers) as program,
        feed(program, code) as events,
    ):
        say(own_broker, spoken(code, "s1", "hello", language="en"))
        await take(events, 1)
        share = (await browser.get(f"/rooms/{code}/share")).text
        (link,) = re.findall(r"/share/links/(\d+)/revoke", share.split("reads the captions")[1])
        path, form = f"/rooms/{code}/share/links/{link}/revoke", {"_csrf_token": csrf_of(browser)}
        assert (await browser.post(path, data=form)).status_code == 303
        async with asyncio.timeout(2):  # the limit of what is promised
            assert [(event.event, event.data) async for event in events] == [("end", "expired")]
        assert (await program.get(f"/rooms/{code}/captions")).status_code == 403


async def test_only_a_token_of_ours_for_this_room_and_language_opens_the_feed(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    other = await new_room(client)
    sfu_token = (await token_of(client, code))["token"]
    client.cookies.clear()
    client.headers["accept"] = "application/json"
    good = TOKENS.make(code, "pt", HOUR)
    unsigned = jwt.encode(jwt.decode(good, options={"verify_signature": False}), "", algorithm="none")
    for token in (
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        sfu_token,
        unsigned,
        TOKENS.make(other, "pt", HOUR),
        "x",
    ):
        answer = await client.get(f"/rooms/{code}/captions", params={"token": token})
        assert answer.status_code == 403, token
        assert "share page" in answer.json()["advice"]
    foreign = await client.get(f"/rooms/{code}/captions", params={"token": good, "lang": "vi"})
    assert (foreign.status_code, "lang=pt" in foreign.json()["advice"]) == (403, True)
    assert "link to its captions" in (await client.get(f"/rooms/{code}/captions")).json()["advice"]
    assert (await client.get(f"/rooms/{code}/call")).status_code == 303, "a token opens nothing but captions"


def test_no_token_lives_longer_than_allowed() -> None:
    token = TOKENS.read(TOKENS.make("room", "pt", timedelta(days=900)), "room")
    assert token.expires - token.issued == MAX_LIFETIME.total_seconds()


async def test_only_listed_sites_may_read_the_feed_and_its_errors(settings: WebSettings) -> None:
    listed = replace(settings, feed_origins=frozenset({"https://www.example.org"}))
    async with AsyncTestClient(create_app(listed)) as client:
        for method, path, status in (("GET", "/rooms/abc/captions", 404), ("OPTIONS", "/rooms/abc/captions", 204)):
            answer = await client.request(method, path, headers={"origin": "https://www.example.org"})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://www.example.org"
            assert "authorization" in answer.headers["access-control-allow-headers"].lower()
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]
            other = await client.request(method, path, headers={"origin": "https://evil.example"})
            assert "access-control-allow-origin" not in other.headers
        elsewhere = await client.get("/", headers={"origin": "https://www.example.org"})
        assert "access-control-allow-origin" not in elsewhere.headers


def test_an_origin_that_is_none_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBED_ORIGINS", "https://www.example.org, 'self'; script-src *")
    with pytest.raises(SettingError, match="EMBED_ORIGINS"):
        WebSettings(session_secret=SECRETS["SESSION_SECRET"], sfu_token_secret=SECRETS["SFU_TOKEN_SECRET"])


async def test_feeds_of_one_token_and_from_one_address_are_limited(web: WebServer, browser: httpx.AsyncClient) -> None:
    code = await new_room(browser)
    await live(browser)
    query = f"?token={TOKENS.make(code, 'pt', HOUR)}"
    async with httpx.AsyncClient(base_url=web.url, timeout=WITHIN, headers={"accept": "*/*"}) as audience:
        async with AsyncExitStack() as stack:
            for _ in range(int(FEED_LIMITS["FEEDS_PER_TOKEN"])):
                await stack.enter_async_context(feed(audience, code, query))
            refused = await audience.get(f"/rooms/{code}/captions{query}")
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
            assert "this link" in refused.json()["advice"]
            while await count(browser, "jbc_caption_readers") < int(FEED_LIMITS["FEEDS_PER_ADDRESS"]):
                more = f"?token={TOKENS.make(code, 'pt', HOUR)}"
                await stack.enter_async_context(feed(audience, code, more))
            assert "this address" in (await browser.get(f"/rooms/{code}/captions")).json()["advice"]
        async with asyncio.timeout(WITHIN):
            while await count(browser, "jbc_caption_readers"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        async with feed(audience, code, query):
            pass


async def test_the_reader_in_the_docs_reads_across_a_restart(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    program = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "feed.md").read_text(), re.DOTALL)
    assert program
    code = await new_room(browser)
    address = f"{web.url}/rooms/{code}/captions?token={TOKENS.make(code, 'pt', HOUR)}"
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program[1], address, stdout=asyncio.subprocess.PIPE
    )
    assert reader.stdout
    try:
        say(own_broker, spoken(code, "s1", "hel", final=False))
        say(own_broker, spoken(code, "s1", "hello"))
        assert await asyncio.wait_for(reader.stdout.readline(), WITHIN) == b"Unknown speaker (en): hello\n"
        await asyncio.to_thread(web.stop)
        say(own_broker, spoken(code, "s1", "olá", language="pt"))
        await asyncio.to_thread(web.start)
        assert (await asyncio.wait_for(reader.stdout.readline(), WITHIN)).decode() == "Unknown speaker (pt): olá\n"
    finally:
        reader.kill()
        await reader.wait()
