"""Feeds while web, Redis or the reader fails: nothing final is lost or doubled."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any

import httpx
import pytest
import redis

from ops.harness.captions import say
from ops.harness.redis_server import RedisServer
from ops.harness.web_server import WebServer, new_room
from tasks.wire import keys
from tasks.wire.captions import LIFE_FIELD
from tests.support.feeds import WITHIN, count, feed, live, spoken, take, texts


async def test_a_reader_that_was_cut_gets_what_it_missed_once_across_a_restart_of_web(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser, read="pt")
    async with feed(browser, code) as events:
        say(own_broker, spoken(code, "s0", "zero"))
        say(own_broker, spoken(code, "s0", "nul", language="pt"))
        (_, seen) = await take(events, 2)
        assert await asyncio.to_thread(web.stop) < 5
        assert [event async for event in events] == []  # the feed was ended, not cut off
    for number in range(1, 4):
        say(own_broker, spoken(code, f"s{number}", f"text {number}"))
        say(own_broker, spoken(code, f"s{number}", f"texto {number}", language="pt"))
    await asyncio.to_thread(web.start)
    async with feed(browser, code, last=seen.id) as events:
        missed = await take(events, 6)
        say(own_broker, spoken(code, "s4", "text 4"))
        (now,) = await take(events, 1)
    assert texts(missed) == ["text 1", "texto 1", "text 2", "texto 2", "text 3", "texto 3"]
    assert len({event.id for event in missed}) == 6
    assert f'id="u-{code}.s4"' in now.data
    # From the middle of an utterance: the line comes with its translation, whichever of the two was missed.
    async with feed(browser, code, f"?after={missed[2].id}", last=seen.id) as events:
        resumed = await take(events, 4)
    assert f'id="u-{code}.s2"' in resumed[0].data
    assert ">text 2</p>" in resumed[0].data
    assert ">texto 2</p>" in resumed[0].data
    assert texts(resumed[1:3]) == ["text 3", "texto 3"]


async def test_a_killed_web_process_loses_and_doubles_nothing(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser, read="en")
    for number in range(40):
        say(own_broker, spoken(code, f"s{number}", f"text {number}"))
        if number == 20:
            web.kill()
    web.start()
    async with feed(browser, code) as events:
        assert texts(await take(events, 40)) == [f"text {number}" for number in range(40)]
    async with asyncio.timeout(WITHIN):
        while own_broker.xpending(keys.CAPTIONS, "web")["pending"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    page = (await browser.get(f"/rooms/{code}/call")).text
    assert re.findall(r'<p class="source" lang="en">([^<]+)</p>', page) == [f"text {number}" for number in range(40)]
    newest = re.search(r'data-after="([^"]+)"', page)
    assert newest
    entries: Any = own_broker.xrevrange(keys.CAPTIONS, count=1)
    ((stream_id, fields),) = entries
    assert f"{stream_id.decode()}-{fields[LIFE_FIELD.encode()].decode()}" == newest[1]


async def test_a_feed_survives_a_cut_connection_to_redis_without_loss(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    assert web
    code = await new_room(browser, read="en")
    await live(browser)
    async with feed(browser, code) as events:
        say(own_broker, spoken(code, "s0", "text 0"))
        assert texts(await take(events, 1)) == ["text 0"]
        for number in range(1, 30):
            if number % 10 == 0:
                own_broker.client_kill_filter(_type="pubsub")
            say(own_broker, spoken(code, f"s{number}", f"text {number}"))
        assert texts(await take(events, 29)) == [f"text {number}" for number in range(1, 30)]


async def test_web_and_its_feeds_survive_a_redis_that_comes_back_empty(
    web: WebServer, browser: httpx.AsyncClient, own_redis: RedisServer, own_broker: redis.Redis
) -> None:
    assert web
    code = await new_room(browser, read="en")
    async with feed(browser, code) as events:
        say(own_broker, spoken(code, "s0", "before"))
        assert texts(await take(events, 1)) == ["before"]
        async with asyncio.timeout(WITHIN):
            while own_broker.xpending(keys.CAPTIONS, "web")["pending"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        own_redis.stop()
        async with asyncio.timeout(WITHIN):
            while (await browser.get("/ready")).json()["dependencies"]["redis"]["state"] == "ok":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        page = await browser.get(f"/rooms/{code}/call")
        assert ">before</p>" in page.text  # from the database
        assert 'data-after=""' in page.text  # and the feed will bring everything again
        own_redis.start()
        await live(browser)
        say(own_broker, spoken(code, "s1", "after"))
        assert texts(await take(events, 1)) == ["after"]
    async with feed(browser, code) as events:
        assert texts(await take(events, 2)) == ["before", "after"]


async def test_a_reader_that_does_not_read_is_dropped_and_others_go_on(
    web: WebServer, browser: httpx.AsyncClient, own_broker: redis.Redis
) -> None:
    code = await new_room(browser, read="en")
    await live(browser)
    before = await count(browser, "jbc_caption_readers_dropped_total")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with socket.create_connection(("127.0.0.1", web.port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /rooms/{code}/captions HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n".encode())
        assert b"200 OK" in slow.recv(4096)
        async with feed(browser, code) as events:
            text = "x" * 3_900
            for number in range(3_000):
                say(own_broker, spoken(code, f"s{number}", text, final=False))
                await take(events, 1)
                if number % 100 == 0 and await count(browser, "jbc_caption_readers_dropped_total") == before + 1:
                    break
            else:
                pytest.fail("the slow reader was never dropped")
            say(own_broker, spoken(code, "end", "still here"))
            assert texts(await take(events, 1)) == ["still here"]
