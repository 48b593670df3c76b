"""A Redis Cluster by the clients of one server: nothing else in our code knows which of the two it talks to.

Redis-py's own clients of a cluster are told apart from those of a server by their errors, and the one that blocks
connects when it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

import redis
from redis.asyncio.cluster import ClusterPipeline
from redis.asyncio.cluster import RedisCluster as RedisClusterAsync
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.commands.cluster import RedisClusterCommands
from redis.exceptions import ClusterDownError, RedisClusterException, RedisError, SlotNotCoveredError
from redis.retry import Retry

CONNECTIONS: Final = 10_000
"""To one node at most, as many as nobody needs: one more would be refused instead of waited for."""
OPTIONS: Final[dict[str, Any]] = {
    "max_connections": CONNECTIONS,
    "protocol": 2,
    "require_full_coverage": False,  # what is left goes on, as far as the cluster lets it
}


class Policy(Protocol):
    """How long a command is tried (`redis_client.RetryPolicy`)."""

    def call_with_retry(self, do: Callable[[], Any], fail: Callable[..., Any]) -> Any:  # noqa: ANN401 - any answer
        """What `do` returns."""


@contextmanager
def _as_of_a_server() -> Iterator[None]:
    """Raise what a server's client raises that cannot reach it, where a cluster or a part of it cannot be reached."""
    try:
        yield
    except RedisClusterException as error:
        if isinstance(error.__cause__, RedisError):
            raise error.__cause__ from None
        if isinstance(error, SlotNotCoveredError):
            raise redis.ConnectionError(str(error)) from error
        raise  # a mistake of ours, as keys that do not lie together
    except ClusterDownError as error:
        raise redis.ConnectionError(str(error)) from error


class BlockingCluster(RedisClusterCommands):
    """The client that blocks. It connects when it is first used."""

    def __init__(self, url: str, policy: Policy, **options: Any) -> None:  # noqa: ANN401 - redis-py's
        self._url = url
        self._policy = policy
        self._options = OPTIONS | options
        self._lock = threading.Lock()
        self._made: RedisCluster | None = None

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py has it
        """The answer to a command, which is tried for as long as the policy has it."""

        def run() -> Any:  # noqa: ANN401
            with _as_of_a_server():
                return self._cluster().execute_command(*args, **options)  # type: ignore[no-untyped-call]

        return self._policy.call_with_retry(run, lambda _error: None)

    # Redis-py sends these as pipelines, past `execute_command`.
    def delete(self, *names: Any) -> int:  # type: ignore[override]  # noqa: ANN401
        """Delete keys, wherever they are; how many there were."""
        return sum(self.execute_command("DEL", name) for name in names)

    def exists(self, *names: Any) -> int:  # type: ignore[override]  # noqa: ANN401
        """How many of the keys there are."""
        return sum(self.execute_command("EXISTS", name) for name in names)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._cluster(), name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, if there are any."""
        with self._lock:
            if self._made is not None:
                self._made.close()

    def _cluster(self) -> RedisCluster:
        with self._lock:
            if self._made is None:
                self._made = RedisCluster.from_url(self._url, retry=Retry(NoBackoff(), 0), **self._options)
            return self._made


class _Pipeline(ClusterPipeline):
    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:
        with _as_of_a_server():
            return await super().execute(raise_on_error, allow_redirections)


class AsyncCluster(RedisClusterAsync):
    """The client that is awaited."""

    async def initialize(self, *args: Any, **options: Any) -> RedisClusterAsync:  # noqa: ANN401 - redis-py's
        """Find out which nodes there are, unless that is known."""
        with _as_of_a_server():
            return await super().initialize(*args, **options)

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """The answer to a command."""
        with _as_of_a_server():
            return await super().execute_command(*args, **options)

    async def delete(self, *names: Any) -> int:  # noqa: ANN401
        """Delete keys, wherever they are; how many there were."""
        return sum([await self.execute_command("DEL", name) for name in names])

    async def unlink(self, *names: Any) -> int:  # noqa: ANN401
        """The same, without waiting until their memory is free."""
        return sum([await self.execute_command("UNLINK", name) for name in names])

    async def exists(self, *names: Any) -> int:  # noqa: ANN401
        """How many of the keys there are."""
        return sum([await self.execute_command("EXISTS", name) for name in names])

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:  # noqa: ANN401, ARG002
        """Commands that are sent at once, to each node its own; no transaction, unless it is asked for."""
        return _Pipeline(self, transaction)  # type: ignore[abstract] # so is redis-py's own, by its types
