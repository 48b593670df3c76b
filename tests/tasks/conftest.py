from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from ops.harness.redis_server import RedisServer, redis_server
from tasks import installation, registry, serving
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.redis_client import connect
from tests.tasks.in_thread import use_broker


@pytest.fixture(scope="session")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def store(server: RedisServer) -> Iterator[redis.Redis]:
    """An empty Redis that the actors of this process use too."""
    use_broker(server.url)
    with connect(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def models() -> list[str]:
    """The default models, installed."""
    for name in registry.default_models():
        installation.install(name)
    return registry.default_models()


@pytest.fixture(scope="session")
def engines(models: list[str]) -> Iterator[serving.Engines]:
    """All engines, loaded in this process."""
    assert models
    yield serving.load(keys.QUEUES, TaskConfig())
    serving.unload()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let speech be spoken to its end however busy the machine is; seconds from which it is too late even so."""
    seconds = 120.0
    monkeypatch.setattr("tests.tasks.messages.max_lag", seconds)
    return seconds
