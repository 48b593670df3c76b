from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from ops.harness.redis_server import RedisServer, redis_server
from tasks.wire.redis_client import connect
from tests.support.engines import engines, models
from tests.tasks.in_thread import use_broker

__all__ = ["engines", "models"]


@pytest.fixture(scope="session")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def store(server: RedisServer) -> Iterator[redis.Redis]:
    """An empty Redis that the actors of this process use too.

    It is empty afterwards, too: the next module's worker starts before its first test, and would work on what is left.
    """
    use_broker(server.url)
    with connect(server.url) as client:
        client.flushall()
        yield client
        client.flushall()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let speech be spoken to its end however busy the machine is; seconds from which it is too late even so."""
    seconds = 120.0
    monkeypatch.setattr("tests.tasks.messages.max_lag", seconds)
    return seconds
