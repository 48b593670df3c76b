"""The speech APIs as they run: web on Granian, Redis, and one worker with every model, for the whole session."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.auth.api_keys import SCOPES, ApiKeys
from app.db import create_engine, create_sessions
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.web_server import WebServer
from ops.harness.worker import worker_process
from tasks import installation, registry


@pytest.fixture(scope="session")
def api_redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JBC_VAR of the web process."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def web(api_redis: RedisServer, var_dir: Path) -> Iterator[WebServer]:
    server = WebServer(var_dir, api_redis.url)
    server.env |= {"API_ANSWER_SECONDS": "30", "API_REQUESTS_A_MINUTE": "1000"}
    server.env |= {"PYTHONPROFILEIMPORTTIME": "1"}  # its log names every module that it loads, whenever that is
    server.migrate()
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def worker(api_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A worker for API requests with every model."""
    for name in registry.default_models():
        installation.install(name)
    with worker_process(api_redis.worker_url, tmp_path_factory.mktemp("worker") / "log", queues=("batch",)):
        yield


def make_key(var_dir: Path, name: str, scopes: tuple[str, ...] = SCOPES) -> str:
    """A new key of the web process."""

    async def make() -> str:
        engine = create_engine(f"sqlite+aiosqlite:///{var_dir / 'jbcalling.db'}")
        try:
            return await ApiKeys(create_sessions(engine)).create(name, scopes)
        finally:
            await engine.dispose()

    return asyncio.run(make())


@pytest.fixture(scope="session")
def key(web: WebServer, var_dir: Path) -> str:
    """A key that is good for everything."""
    assert web.running
    return make_key(var_dir, "tests")


@pytest.fixture
def api(web: WebServer, key: str) -> Iterator[httpx.Client]:
    """A client with that key."""
    with httpx.Client(base_url=web.url, headers={"authorization": f"Bearer {key}"}, timeout=60) as client:
        yield client
