"""IPv6 addresses, and passwords with characters that mean something in URLs, on the real servers."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import redis
from redis.asyncio import Redis
from sqlalchemy import make_url, text

from app import migrate
from app.auth import secrets_file
from app.db import create_engine
from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from app.rooms.sfu import SfuOperator
from app.running.backup.postgres import PostgresDatabase
from app.settings.installation import InstallationSettings
from app.settings.web import WebSettings
from app.supervisor import runner
from app.supervisor.terminal import Terminal
from app.web.origin import sfu_url
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer
from ops.harness.sfu import Sfu
from ops.harness.stack import ROOT
from ops.harness.waiting import until
from ops.harness.web_server import SECRETS, WebServer
from tasks.wire import addresses
from tasks.wire.environment import SettingError, TaskConfig
from tests.running.test_doctor import doctor
from tests.support.postgres import Postgres

PASSWORDS = ["p@ss#w/o%41r d", "quo\"te\\back'tick`$HOME", " blanks around ", "ünï-códe-密", "::1]/?&=+;"]


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "REDIS_HOST", "REDIS_BIND", "DATABASE_URL", "DATABASE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@contextmanager
def own_redis(folder: Path, **extra: str) -> Iterator[None]:
    """Our own Redis server, started as the Procfile starts it, with the settings of this process."""
    command = [sys.executable, "-m", "app.supervisor.redis_server"]
    env = os.environ | {"JBC_VAR": str(folder)} | extra
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


async def answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except redis.ConnectionError:
        return False


@pytest.mark.service
@pytest.mark.parametrize("password", PASSWORDS)
async def test_our_own_redis_takes_any_password(password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", password)
    monkeypatch.setenv("REDIS_PORT", str(free_port()))
    with own_redis(tmp_path):
        async with Redis.from_url(TaskConfig().redis_url) as client:
            await until(lambda: answers(client), 10)
        with redis.Redis.from_url(TaskConfig(redis_url=TaskConfig().redis_url).redis_url) as client_of_workers:
            assert client_of_workers.ping()
        wrong = Redis(port=int(os.environ["REDIS_PORT"]), password=f"{password}x")
        with pytest.raises(redis.AuthenticationError):
            await wrong.ping()
        await wrong.aclose()
        with monkeypatch.context() as by_url:
            by_url.setenv("REDIS_URL", f"redis://:{quote(password, safe='')}@127.0.0.1:{os.environ['REDIS_PORT']}/0")
            async with Redis.from_url(TaskConfig().redis_url) as client:
                assert await client.ping()


@pytest.mark.service
@pytest.mark.parametrize(("bind", "host"), [("::1", ""), ("::1", "::1"), ("127.0.0.1 ::1", "::1"), ("::", "")])
async def test_our_own_redis_listens_on_ipv6(
    bind: str, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", PASSWORDS[0])
    monkeypatch.setenv("REDIS_PORT", str(free_port()))
    monkeypatch.setenv("REDIS_BIND", bind)
    monkeypatch.setenv("REDIS_HOST", host)
    assert "@[::1]:" in TaskConfig().redis_url
    with own_redis(tmp_path):
        async with Redis.from_url(TaskConfig().redis_url) as client:
            await until(lambda: answers(client), 10)


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_secrets_file_keeps_any_password_for_us_and_for_shells(password: str, tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    secrets_file.load_or_create(path)
    secrets_file.replace(path, "REDIS_PASSWORD", password)
    secrets_file.replace(path, "SESSION_SECRET", "s" * 40)
    assert secrets_file.read(path)["REDIS_PASSWORD"] == password
    script = f'. {path}; printf %s "$REDIS_PASSWORD"'
    assert subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True).stdout == password


@pytest.mark.parametrize("password", ["p@ss#w/o%41r d", 'quo"te\\back`$HOME', "ünï-códe-密"])
async def test_postgresql_takes_any_password(
    password: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await postgres.create_owned(password)
    apart = {"DATABASE_URL": url, "DATABASE_PASSWORD": password}
    within = make_url(url).set(password=password).render_as_string(hide_password=False)
    parts = make_url(url)
    by_hand = (
        f"postgresql+asyncpg://{parts.username}:{quote(password, safe='')}@127.0.0.1:{parts.port}/{parts.database}"
    )
    for known in (apart, {"DATABASE_URL": within}, {"DATABASE_URL": by_hand}):
        with monkeypatch.context() as context:
            for name, value in known.items():
                context.setenv(name, value)
            await asyncio.to_thread(migrate.upgrade)
            url = InstallationSettings().sqlalchemy_url
            engine = create_engine(url)
            async with engine.connect() as connection:
                assert (await connection.execute(text("SELECT current_user"))).scalar() == parts.username
            await engine.dispose()
    revision, tables = await asyncio.to_thread(PostgresDatabase(make_url(url)).snapshot, tmp_path / "dump")
    assert revision == migrate.newest()
    assert tables


@pytest.mark.parametrize(
    "url",
    ["redis://:p#w@127.0.0.1:8050/0", "redis://:p/w@127.0.0.1:8050/0", "redis://:12/34@127.0.0.1/0", "redis://:7#@h/0"],
)
def test_a_password_that_breaks_the_url_is_refused_with_what_to_write(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(SettingError, match=r"REDIS_URL .* @ as %40, # as %23, / as %2F") as refused:
        TaskConfig()
    assert url not in str(refused.value)


@asynccontextmanager
async def bridge_at(sfu: Sfu, server: RedisServer) -> AsyncIterator[BridgeSettings]:
    """A bridge in this process, at an SFU and a Redis server."""
    settings = BridgeSettings(
        sfu_host=sfu.host,
        sfu_port=sfu.port,
        sfu_token_secret=sfu.secret,
        bridge_port=free_port(),
        tasks=TaskConfig(redis_url=server.url),
    )
    task = asyncio.create_task(Bridge(settings, lambda _work, _segment: None).run())
    try:
        yield settings
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_all_of_the_edge_works_on_ipv6(postgres: Postgres, tmp_path: Path) -> None:
    server, sfu = RedisServer(host="::1", password=PASSWORDS[0]), Sfu(host="::1", secret=SECRETS["SFU_TOKEN_SECRET"])
    database = await postgres.create_owned(PASSWORDS[0])
    web = WebServer(tmp_path, server.url, database)
    there = {"WEB_HOST": "::1", "SFU_HOST": "::1", "SFU_PORT": str(sfu.port), "DATABASE_PASSWORD": PASSWORDS[0]}
    web.env |= there
    await asyncio.to_thread(server.start)
    try:
        await asyncio.to_thread(web.migrate)
        await asyncio.to_thread(sfu.start)
        await asyncio.to_thread(web.start)
        async with bridge_at(sfu, server) as settings, httpx.AsyncClient(timeout=10) as client:
            web.env["BRIDGE_PORT"] = str(settings.bridge_port)
            operator = SfuOperator(WebSettings(sfu_host="::1", sfu_port=sfu.port, sfu_token_secret=sfu.secret))

            async def connected() -> bool:
                return (await operator.look()).bridge

            await until(connected, 15)
            found = (await client.get(f"{web.url}/ready")).json()["dependencies"]
            assert {found[name]["state"] for name in ("redis", "database", "sfu")} == {"ok"}, found
            page = await client.get(web.url)
            assert f"ws://[::1]:{sfu.port}" in page.headers["content-security-policy"]
            result = await asyncio.to_thread(
                doctor, tmp_path, WEB_PORT=str(web.port), REDIS_URL=server.url, DATABASE_URL=database,
                BRIDGE_PORT=str(settings.bridge_port), **{name: there[name] for name in there if name != "WEB_PORT"},
            )  # fmt: skip
        for part in ("web", "sfu", "bridge", "Redis", "database"):
            assert f"ok    {part}: " in result.stdout, result.stdout
        assert addresses.listening("::1", web.port)
        said = io.StringIO()
        await runner._announce(WebSettings(web_host="::1", web_port=web.port), "", Terminal(said, ["web"]))
        assert f"JB Calling is running: http://[::1]:{web.port}\n" in said.getvalue()
    finally:
        web.kill()
        sfu.kill()
        server.stop()
    assert not addresses.listening("::1", web.port)


def test_an_address_that_no_host_header_names_is_in_brackets() -> None:
    settings = WebSettings(web_host="::1", sfu_port=8010)
    scope: object = {"type": "http", "scheme": "http", "headers": [(b"host", b"evil/host")]}
    assert sfu_url(settings, scope) == "ws://[::1]:8010/ws"  # type: ignore[arg-type]
