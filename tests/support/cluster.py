"""A Redis Cluster for tests, and its two kinds of clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from redis.asyncio import Redis
from redis.crc import key_slot

from ops.harness.redis_cluster import PRIMARIES, SLOTS, RedisCluster, redis_cluster
from tasks.wire.redis_client import connect, connect_async


@pytest.fixture(scope="module")
def cluster() -> Iterator[RedisCluster]:
    with redis_cluster() as running:
        yield running


@pytest.fixture
def store(cluster: RedisCluster) -> Iterator[redis.Redis]:
    """An empty cluster as a worker uses it."""
    with connect(cluster.url) as client:
        client.flushall()
        yield client


@pytest.fixture
async def edge(cluster: RedisCluster, store: redis.Redis) -> AsyncIterator[Redis]:
    """The same as `web` and the bridge use it."""
    assert store
    async with connect_async(cluster.url, protocol=2, socket_timeout=5.0) as client:
        yield client


def nodes_of(names: list[str]) -> int:
    """On how many nodes keys lie, of which each has a third of the slots."""
    return len({key_slot(name.encode()) * PRIMARIES // SLOTS for name in names})
