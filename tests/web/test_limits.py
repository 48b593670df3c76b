"""What is limited is counted by all `web` processes together, and by each for itself while Redis is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from app import redis_away
from app.cancellation import end
from app.duty import Duty
from app.limits import telling
from app.limits.at_once import AtOnce
from app.limits.names import Names
from app.limits.recent import Recent
from app.limits.shared import Shared, SharedRecent
from app.limits.telling import Telling
from ops.harness.redis_server import RedisServer
from ops.harness.waiting import until
from tasks.wire import keys

NAMES = Names("the secret of an installation")
ADDRESS = "203.0.113.9"


@pytest.fixture
async def redis(own_redis: RedisServer) -> AsyncIterator[Redis]:
    """Of a server that a test may stop."""
    async with Redis.from_url(own_redis.url) as client:
        await client.flushall()
        yield client


def processes(redis: Redis, limit: float, seconds: float = 60.0) -> list[SharedRecent]:
    """The same counter in two of them."""
    return [Shared(redis, NAMES).recent("posts", limit, seconds) for _ in range(2)]


def test_one_process_counts_by_key_and_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    minute = Recent(2)
    assert [minute.wait("a"), minute.wait("a"), minute.wait("a"), minute.wait("b")] == [0, 0, 60, 0]
    now = 130.0
    assert minute.wait("a") == 30
    now = 161.0
    assert minute.wait("a") == 0
    minute.wait("a")
    assert (minute.full("a"), minute.full("c")) == (60, 0)
    now = 300.0
    assert minute.full("a") == 0
    assert len(minute) == 0, "who does nothing for a minute takes no memory"
    assert [minute.wait("w", 1.5), minute.wait("w", 1.0), minute.wait("w", 0.5)] == [0, 60, 0], "by weight"


async def test_several_count_together_by_weight_and_nobody_reads_whom(redis: Redis) -> None:
    one, two = processes(redis, 10)
    assert [await one.wait(ADDRESS, 6), await two.wait(ADDRESS, 3.5), await two.wait(ADDRESS, 0.5)] == [0, 0, 0]
    assert 55 < await one.wait(ADDRESS, 0.5) <= 60
    assert 55 < await two.full(ADDRESS) <= 60
    assert await two.wait("203.0.113.10", 10) == 0, "another address"
    found = [key async for key in redis.scan_iter("*")]
    assert len(found) == 2
    assert not any(ADDRESS.encode() in key for key in found)
    await two.forget(ADDRESS)
    assert await two.wait(ADDRESS, 10) == 0


async def test_what_was_counted_counts_for_a_while(redis: Redis) -> None:
    one, two = processes(redis, 2, seconds=0.9)
    assert [await one.wait("a"), await two.wait("a")] == [0, 0]
    wait = await two.wait("a")
    assert 0 < wait <= 0.915
    await asyncio.sleep(wait)
    assert await two.wait("a") == 0
    assert await redis.pttl(keys.spent(NAMES.of("posts", "a"))) <= 915


async def test_while_redis_is_away_each_counts_for_itself(
    redis: Redis, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_away, "REDIS_AWAY", 0.1)
    one, two = processes(redis, 2)
    assert [await one.wait("a"), await two.wait("a")] == [0, 0]
    own_redis.stop()
    try:
        assert [await one.wait("a"), await two.wait("a")] == [0, 0], "one more each: each has seen one"
        assert await one.wait("a") > 0
        assert await two.wait("a") > 0
        began = time.monotonic()
        assert [await one.wait(number) for number in range(200)] == [0] * 200
        assert time.monotonic() - began < 1.0, "nobody waits for a server that is not there"
    finally:
        own_redis.start()
    await asyncio.sleep(redis_away.REDIS_AWAY)
    assert [await one.wait("b"), await two.wait("b")] == [0, 0]
    assert await one.wait("b") > 0


async def test_what_goes_on_at_the_same_time_goes_on_at_all(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "FORGOTTEN_AFTER", 0.5)
    one, two = AtOnce(NAMES), AtOnce(NAMES)
    from_one, from_two = Telling(redis, one), Telling(redis, two)
    with one.one("api", "key", 2) as first, one.one("api", "key", 2) as second, one.one("feeds", "key", 1) as other:
        assert (first, second, other) == (True, True, True)
        await from_one.tell()
        await from_two.tell()
        with two.one("api", "key", 2) as third, two.one("api", "another", 2) as fourth:
            assert (third, fourth) == (False, True)
        assert not any(b"key" in value for value in (await redis.hgetall(keys.AT_ONCE)).values())
    await from_one.tell()
    await from_two.tell()
    assert two.count("api", "key") == 0
    one.add("api", "key")
    await from_one.tell()
    await from_two.tell()
    assert two.count("api", "key") == 1

    async def forgotten() -> bool:
        await from_two.tell()
        return two.count("api", "key") == 0

    await until(forgotten, 5.0)  # the other one has died


async def test_who_ends_in_good_order_counts_no_more_at_once(redis: Redis) -> None:
    one, two = AtOnce(NAMES), AtOnce(NAMES)
    from_two = Telling(redis, two)
    one.add("feeds", ADDRESS)
    running = asyncio.create_task(Telling(redis, one).run())

    async def heard() -> bool:
        await from_two.tell()
        return two.count("feeds", ADDRESS) == 1

    await until(heard, 5.0)
    await end([running])
    await from_two.tell()
    assert two.count("feeds", ADDRESS) == 0


async def test_a_duty_is_one_processs_until_it_leaves_or_dies(redis: Redis, own_redis: RedisServer) -> None:
    one, two = [Duty(redis, "admin", 0.8) for _ in range(2)]
    assert [await one.mine(), await two.mine(), await one.mine()] == [True, False, True]
    await two.leave()  # which it has not
    assert [await one.mine(), await two.mine()] == [True, False]
    await one.leave()
    assert [await two.mine(), await one.mine()] == [True, False]
    await until(one.mine, 5.0)
    own_redis.stop()
    try:
        assert [await one.mine(), await two.mine()] == [True, True]
    finally:
        own_redis.start()
