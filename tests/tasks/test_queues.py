from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import redis
import redis.asyncio

from ops.harness.redis_server import RedisServer
from tasks import broker
from tasks.heartbeat import HeartbeatThread
from tasks.serving import Engines
from tasks.wire import keys, queues
from tasks.wire.queues import TRANSCRIBE, enqueue, message_of
from tasks.wire.redis_queues import WaitsInRedis
from tests.tasks.messages import segment


@pytest.fixture
async def client(server: RedisServer, store: redis.Redis) -> AsyncIterator[redis.asyncio.Redis]:
    assert store.ping()
    async with redis.asyncio.Redis.from_url(server.url) as connected:
        yield connected


async def test_an_empty_queue_has_no_age(client: redis.asyncio.Redis) -> None:
    assert await WaitsInRedis(client).of("stt") == (0, None)


async def test_the_age_is_that_of_the_oldest_waiting_message(client: redis.asyncio.Redis) -> None:
    old = message_of(TRANSCRIBE, segment())
    broker.current().enqueue(old.copy(message_timestamp=int(time.time() * 1000) - 5_000))
    enqueue(broker.current(), TRANSCRIBE, segment())
    depth, age = await WaitsInRedis(client).of("stt")
    assert age is not None
    assert 5 <= age < 6
    assert depth == 2
    next(iter(broker.current().consume("stt")))  # a worker takes the old one
    depth, age = await WaitsInRedis(client).of("stt")
    assert age is not None
    assert age < 1
    assert depth == 1


async def test_workers_are_known_by_their_heartbeats(client: redis.asyncio.Redis, store: redis.Redis) -> None:
    thread = HeartbeatThread(store, "w", Engines, ["stt"], listens=True)
    thread.beat()
    store.set(keys.heartbeat("of-another-version"), b'{"worker": 1}')
    (found,) = await queues.workers(client)
    assert (found.worker, found.queues, found.stt) == (thread.worker, ["stt"], [])
    assert abs(found.at - time.time()) < 1
    assert 0 < store.ttl(keys.heartbeat(thread.worker)) <= keys.HEARTBEAT_TTL
