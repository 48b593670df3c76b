"""Redis and databases for the tests of the web process: real servers, one per session, emptied for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

import httpx
import pytest
import redis
from alembic import command
from alembic.config import Config
from argon2 import PasswordHasher
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.auth import passwords
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.postgres import Postgres
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.sfu import Sfu
from ops.harness.web_server import ROOT, SECRETS, WebServer
from tasks.wire.environment import TaskConfig
from tests.support.feeds import WITHIN
from tests.support.local import visited

FEED_LIMITS = {"FEEDS_PER_TOKEN": "3", "FEEDS_PER_ADDRESS": "12"}
QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes the passwords of administrators whose tests are of something else: the real one takes a fifth of a second."""
NOBODY: Final = QUICK.hash("nobody's password")


class Compiled(BytecodeCache):
    """What templates compile to, for every application after the first that renders them."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Spare the compiler, where the template is still the same."""
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template has been compiled to."""
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled() -> Iterator[None]:
    """Each test has an application of its own, but not each compiles the templates anew."""
    with patch("app.web.templates.Environment", partial(Environment, bytecode_cache=Compiled())):
        yield


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def broker(shared_redis: RedisServer) -> Iterator[redis.Redis]:
    """An empty Redis, and a client of it."""
    with redis.Redis.from_url(shared_redis.url) as client:
        client.flushall()
        yield client


def alembic_config() -> Config:
    return Config(toml_file=ROOT / "pyproject.toml")


def migrate(url: str) -> None:
    """Bring a database to the newest schema."""
    with patch.dict(os.environ, DATABASE_URL=url):
        command.upgrade(alembic_config(), "head")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the newest schema, of which each test gets a copy: migrating takes longer than most."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The same of PostgreSQL: its URL."""
    url = asyncio.run(postgres.create_database())
    migrate(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with the newest schema, of each kind."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "test.db")
        url = f"sqlite+aiosqlite:///{copy}"
    else:
        template = request.getfixturevalue("migrated_postgres")
        url = asyncio.run(request.getfixturevalue("postgres").copy_database(template))
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def migrated(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an SQLite database with the newest schema, for tests that run event loops of their own."""
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'migrated.db')}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("JBC_VAR", str(tmp_path))
    return url


@pytest.fixture(scope="module")
def sfu() -> Iterator[Sfu]:
    """A real SFU, for the application of whichever test of the file asks for it."""
    server = Sfu(secret=SECRETS["SFU_TOKEN_SECRET"])
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(
    database: str,
    shared_redis: RedisServer,
    broker: redis.Redis,  # noqa: ARG001 - the server is empty
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> WebSettings:
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    monkeypatch.setattr(passwords, "_NOBODY", NOBODY)
    beside = {"sfu_port": request.getfixturevalue("sfu").port} if "sfu" in request.fixturenames else {}
    return WebSettings(
        **beside,
        var_dir=tmp_path,
        database_url=database,
        session_secret=SECRETS["SESSION_SECRET"],
        sfu_token_secret=SECRETS["SFU_TOKEN_SECRET"],
        second_factor_secret=SECRETS["SECOND_FACTOR_SECRET"],
        keep_secret=SECRETS["KEEP_SECRET"],
        max_demo_rooms=2,
        tasks=TaskConfig(redis_url=shared_redis.url),
    )


@pytest.fixture
async def app(settings: WebSettings) -> Litestar:
    return visited(create_app(settings))


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session, in front of the running application."""
    async with AsyncTestClient(app, base_url="http://calls.example") as browser:
        browser.follow_redirects = False
        browser.headers["accept"] = "text/html"
        yield browser


@pytest.fixture(scope="session")
def own_redis() -> Iterator[RedisServer]:
    """The Redis server of the web process below; tests may stop it and start it again."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def own_broker(own_redis: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(own_redis.url) as client:
        yield client


@pytest.fixture(scope="session")
def web_process(own_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(tmp_path_factory.mktemp("web"), own_redis.url)
    server.env |= FEED_LIMITS
    server.migrate()
    yield server
    server.kill()


@pytest.fixture
def web(web_process: WebServer) -> WebServer:
    """The running web process, started again where the test before has ended it."""
    if not web_process.running:
        web_process.start()
    return web_process


@pytest.fixture
async def browser(web: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=web.url, timeout=httpx.Timeout(10, read=WITHIN)) as client:
        yield client
