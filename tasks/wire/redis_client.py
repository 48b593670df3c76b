"""Clients of Redis, of one server or of a cluster as REDIS_URL has it; what differs between the two is here."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

import redis
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from tasks.wire import addresses
from tasks.wire.redis_cluster import OPTIONS, AsyncCluster, BlockingCluster

BRIEF_SECONDS: Final = 2.0
"""Seconds for which a command is tried, unless something else is said."""

_trying = threading.local()

T = TypeVar("T")


def connect(url: str, retry_seconds: Callable[[], float] = lambda: BRIEF_SECONDS) -> redis.Redis:
    """A client that tries a command for so many seconds before it raises `redis.ConnectionError`."""
    policy, limits = RetryPolicy(retry_seconds), {"socket_connect_timeout": 2.0, "socket_timeout": 5.0}
    if addresses.is_cluster(url):
        # It takes and answers the same commands: what it lacks to be one is the name.
        cluster = BlockingCluster(addresses.of_a_node(url), policy, **limits)  # type: ignore[abstract]
        return cast(redis.Redis, cluster)
    return redis.Redis.from_url(url, health_check_interval=0, retry=policy, **limits)


def connect_async(url: str, **options: Any) -> Redis:  # noqa: ANN401 - redis-py's
    """A client that is awaited, with redis-py's options of a connection."""
    if addresses.is_cluster(url):
        return cast(Redis, AsyncCluster.from_url(addresses.of_a_node(url), **OPTIONS | options))
    found: Redis = Redis.from_url(url, **options)
    return found


async def values(client: Redis, names: Sequence[str | bytes]) -> list[bytes | None]:
    """What lies at each key, wherever that is.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    async with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.get(name)
        found: list[bytes | None] = await pipe.execute()
    return found


async def subscription(client: Redis, key: str) -> PubSub:
    """What one subscribes with, at the node that holds `key`: what a script there publishes comes straight from it.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    cluster = _cluster(client)
    if cluster is None:
        return client.pubsub()
    await client.exists(key)  # the node may be another since
    return cluster.pubsub(node=cluster.get_node_from_key(key))


async def info_beside(client: Redis, key: str, section: str) -> dict[str, Any]:
    """What the server says of itself that holds `key`.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    cluster = _cluster(client)
    if cluster is None:
        found: dict[str, Any] = await client.info(section)
        return found
    await cluster.initialize()
    node: dict[str, Any] = await cluster.info(section, target_nodes=cluster.get_node_from_key(key))
    return node


async def info(client: Redis) -> dict[str, Any]:
    """What the server says of itself, with how many `keys` it has.

    Of a cluster: counts are of all primaries together, memory is that of the fullest, uptime that of the youngest.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    cluster = _cluster(client)
    if cluster is None:
        said: dict[str, Any] = await client.info()
        return said | {"keys": await client.dbsize()}
    await cluster.initialize()
    nodes: list[dict[str, Any]] = []
    for node in cluster.get_primaries():
        said = await cluster.info(target_nodes=node)
        nodes.append(said | {"keys": await cluster.dbsize(target_nodes=node)})
    fullest = max(nodes, key=lambda one: one["used_memory"] / (one["maxmemory"] or math.inf))
    counts = {name: sum(one[name] for one in nodes) for name in ("keys", "evicted_keys", "connected_clients")}
    return fullest | counts | {"uptime_in_seconds": min(one["uptime_in_seconds"] for one in nodes)}


def _cluster(client: object) -> AsyncCluster | None:
    return client if isinstance(client, AsyncCluster) else None


class RetryPolicy(Retry):
    """Tries a command until Redis has been away for too long; `redis.ConnectionError` or `TimeoutError` then.

    A client tries a command again, and within each try its connection again: only the outermost counts, or the times
    would multiply.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__(ExponentialBackoff(cap=0.5, base=0.05), retries=-1)
        self._seconds = seconds

    def call_with_retry(
        self,
        do: Callable[[], T],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:
        """What `do` returns."""
        if getattr(_trying, "already", False):
            return do()
        began = time.monotonic()

        def patient(error: Exception) -> bool:
            return time.monotonic() - began < self._seconds() and (is_retryable is None or is_retryable(error))

        _trying.already = True
        try:
            return super().call_with_retry(do, fail, patient, with_failure_count)
        finally:
            _trying.already = False
