"""A stream of captions that lost its history: its ids begin anew, and may be smaller than those that readers have."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import redis

from app.captions import event_ids
from app.captions.lives import Lives
from app.db import create_engine, create_sessions
from ops.harness.captions import say
from ops.harness.redis_server import RedisServer
from ops.harness.web_server import WebServer, new_room
from tasks.wire import keys
from tests.support.feeds import WITHIN, feed, live, spoken, take, texts

Lose = Callable[[RedisServer, redis.Redis], None]


def flushed(_: RedisServer, broker: redis.Redis) -> None:
    broker.flushall()


def deleted(_: RedisServer, broker: redis.Redis) -> None:
    broker.delete(keys.CAPTIONS)


def restarted(server: RedisServer, _: redis.Redis) -> None:
    server.stop()
    server.start()


def rolled_back(_: RedisServer, broker: redis.Redis) -> None:
    """As from an older snapshot: the stream's name stays, its newest entries and the id of the last do not."""
    pipeline = broker.pipeline()
    pipeline.delete(keys.CAPTIONS)
    pipeline.xgroup_create(keys.CAPTIONS, "web", id="0", mkstream=True)
    pipeline.xadd(keys.CAPTIONS, {"other": "x"}, id="1-0")
    pipeline.execute()
    broker.client_kill_filter(_type="pubsub")


LOSSES = (flushed, deleted, restarted, rolled_back)
SECONDS_AHEAD = (2, 60, 3_600, 86_400 * 365, 86_400 * 365 * 300)


def run_ahead(broker: redis.Redis, seconds: float) -> None:
    """What a clock leaves that is so far ahead: ids never go back within a stream, so all that follow are later."""
    broker.xadd(keys.CAPTIONS, {"other": "x"}, id=f"{int((time.time() + seconds) * 1000)}-0")


async def stored(broker: redis.Redis) -> None:
    """Wait until the database has all that is in the stream."""
    async with asyncio.timeout(WITHIN):
        while not _all_delivered(broker):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _all_delivered(broker: redis.Redis) -> bool:
    try:
        last: Any = broker.xinfo_stream(keys.CAPTIONS)
        groups: Any = broker.xinfo_groups(keys.CAPTIONS)
    except redis.ResponseError:  # the stream is being made anew
        return False
    return any(not one["pending"] and one["last-delivered-id"] == last["last-generated-id"] for one in groups)


@pytest.mark.parametrize("ahead", SECONDS_AHEAD)
@pytest.mark.parametrize("lose", LOSSES)
async def test_captions_go_on_when_ids_begin_anew(
    web: WebServer,
    browser: httpx.AsyncClient,
    own_redis: RedisServer,
    own_broker: redis.Redis,
    lose: Lose,
    ahead: float,
) -> None:
    assert web
    await live(browser)
    code = await new_room(browser, read="pt")
    async with feed(browser, code) as events:
        run_ahead(own_broker, ahead)
        say(own_broker, spoken(code, "s0", "before"))
        (before,) = await take(events, 1)
        await stored(own_broker)
        lose(own_redis, own_broker)
        await live(browser)
        if lose is rolled_back:  # noticed when the process connects
            await asyncio.sleep(0.5)
        say(own_broker, spoken(code, "s1", "text", final=False))
        assert texts(await take(events, 1)) == ["text"]  # or the final one would take its place where it still waits
        say(own_broker, spoken(code, "s1", "text 1"))
        say(own_broker, spoken(code, "s1", "texto 1", language="pt"))
        assert texts(await take(events, 2)) == ["text 1", "texto 1"]
    await stored(own_broker)
    async with feed(browser, code, last=before.id) as events:  # a reader who was away meanwhile
        missed = await take(events, 2)
        assert texts(missed) == ["text 1", "texto 1"]
        say(own_broker, spoken(code, "s2", "text 2"))
        assert texts(await take(events, 1)) == ["text 2"]
    async with feed(browser, code) as events:  # and one who comes now
        assert texts(await take(events, 4)) == ["before", "text 1", "texto 1", "text 2"]
    page = (await browser.get(f"/rooms/{code}/call")).text
    after = re.search(r'data-after="([^"]*)"', page)
    assert after
    async with feed(browser, code, query=f"?after={after[1]}") as events:
        say(own_broker, spoken(code, "s3", "text 3"))
        assert texts(await take(events, 1)) == ["text 3"]


async def test_a_stream_that_went_back_while_web_was_away_is_noticed(
    web: WebServer, browser: httpx.AsyncClient, own_redis: RedisServer, own_broker: redis.Redis
) -> None:
    await live(browser)
    code = await new_room(browser, read="en")
    async with feed(browser, code) as events:
        run_ahead(own_broker, 3_600)
        say(own_broker, spoken(code, "s0", "before"))
        (before,) = await take(events, 1)
        await stored(own_broker)
        await asyncio.to_thread(web.stop)
    rolled_back(own_redis, own_broker)
    await asyncio.to_thread(web.start)
    await live(browser)
    say(own_broker, spoken(code, "s1", "after"))
    await stored(own_broker)
    async with feed(browser, code, last=before.id) as events:
        assert texts(await take(events, 1)) == ["after"]


async def test_lives_are_numbered_in_the_order_in_which_they_are_met(database: str) -> None:
    engine = create_engine(database)
    try:
        lives, others = Lives(create_sessions(engine)), Lives(create_sessions(engine))
        first, second = await lives.of("ffffffff"), await lives.of("00000000")
        assert event_ids.UNNAMED.number < first.number < second.number
        assert await others.of("ffffffff") == first
        same, again = await asyncio.gather(others.of("0a0a0a0a"), lives.of("0a0a0a0a"))
        assert same == again
        assert same.number > second.number
        assert await lives.position("5-1-00000000") == event_ids.event_id("5-1", second)
        assert await lives.position("5-1") == event_ids.event_id("5-1")
        for start in ("", "0", "5-1-abababab"):  # the last one is known to nobody: a backup was restored
            assert await lives.position(start) == event_ids.START
        assert await lives.stored(second) == event_ids.START
    finally:
        await engine.dispose()
