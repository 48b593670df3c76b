"""Secrets exchanged under calls, sessions, Redis and PostgreSQL that are in use."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
import redis
import websockets
from click.testing import CliRunner
from litestar.testing import AsyncTestClient
from sqlalchemy import make_url, text

from app import migrate
from app.auth import secrets_file
from app.auth.keyset import KeySet
from app.auth.read_tokens import ReadTokenError, ReadTokens
from app.auth.tokens import bridge_token
from app.commands.cli import main
from app.db import create_engine
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.redis_server import redis_server
from ops.harness.sfu import Sfu
from ops.harness.web_server import csrf_of, new_room, token_of
from tests.support.postgres import Postgres


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder, with its secrets in the environment as its processes have them."""
    monkeypatch.setenv("JBC_VAR", str(tmp_path))
    monkeypatch.setenv("JBC_KEYS", str(tmp_path / "keys"))
    for name, value in secrets_file.load_or_create(tmp_path / "secrets.env").items():
        monkeypatch.setenv(name, value)
    return tmp_path


def rotate(*words: str) -> str:
    with patch.dict(os.environ):  # processes that run keep the environment they were started with
        result = CliRunner().invoke(main, ["secrets", "rotate", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


async def enter(sfu: Sfu, token: str) -> dict[str, object]:
    """The SFU's answer to a bridge's hello."""
    async with websockets.connect(sfu.url) as socket:
        await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
        answer: dict[str, object] = json.loads(await asyncio.wait_for(socket.recv(), 10))
        return answer


async def test_a_running_sfu_takes_new_keys_and_old_ones_for_their_life(var: Path) -> None:
    settings = WebSettings()
    sfu = Sfu(secret=settings.sfu_token_secret)
    sfu.start()
    try:
        old = settings.sfu_token_keys.newest
        token = bridge_token(old, bridge="before")
        async with websockets.connect(sfu.url) as call:
            await call.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
            assert "ok" in json.loads(await call.recv())
            await asyncio.to_thread(rotate, "token")
            new = settings.sfu_token_keys.newest
            assert new != old
            assert new in (var / "secrets.env").read_text(), "a start from nothing has it too"
            for key in (new, old):
                assert "ok" in await enter(sfu, bridge_token(key, bridge="other"))
            await asyncio.to_thread(rotate, "token", "--at-once")
            assert "ok" in await enter(sfu, bridge_token(settings.sfu_token_keys.newest, bridge="other"))
            for key in (new, old):
                assert "unauthorized" in str(await enter(sfu, bridge_token(key, bridge="other")))
            await call.send(json.dumps({"id": 2, "method": "nothing", "data": {}}))
            async with asyncio.timeout(10):
                while "id" not in (answer := json.loads(await call.recv())):
                    pass  # it is told of the others that come and go, too
            assert answer["id"] == 2, "who is in stays in"
    finally:
        sfu.stop()


def test_an_old_key_ends_by_itself_and_the_file_stays_as_readable_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    keys = KeySet("first", path)
    second = keys.rotate(60)
    assert keys.accepted == [second, "first"]
    path.chmod(0o640)
    path.write_text(f"{second}\nfirst 1000\n")
    assert keys.accepted == [second]
    third = keys.rotate(60)
    assert KeySet("ignored", path).accepted == [third, second]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("var")
async def test_a_visitor_stays_in_the_room_with_the_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with redis_server() as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        settings = WebSettings()
        await asyncio.to_thread(migrate.upgrade)
        async with AsyncTestClient(create_app(settings), base_url="http://calls.example") as client:
            client.follow_redirects = False
            client.headers["accept"] = "text/html"
            code = await new_room(client)
            page = csrf_of(client)
            links = ReadTokens(settings.session_keys)
            link = links.make(code, "en", timedelta(hours=1))
            await asyncio.to_thread(rotate, "session", "token")

            async def renew() -> httpx.Response:
                return await client.post(f"/rooms/{code}/token", headers={"x-csrftoken": page})

            assert (await renew()).status_code == 200, "the open page goes on"
            assert (await client.get(f"/rooms/{code}/call")).status_code == 200
            assert csrf_of(client) != page, "the cookie is signed anew"
            assert (await renew()).status_code == 200, "and the page's token is still the same one"
            await token_of(client, code)
            assert links.read(link, code).language == "en"
            await asyncio.to_thread(rotate, "session", "--at-once")
            assert (await renew()).status_code == 403
            assert (await client.get(f"/rooms/{code}/call")).status_code == 303, "a stolen key's sessions have ended"
            with pytest.raises(ReadTokenError):
                links.read(link, code)


async def test_redis_takes_both_passwords_until_the_old_one_is_retired(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server() as server:
        monkeypatch.delenv("REDIS_URL", raising=False)
        monkeypatch.setenv("REDIS_PORT", str(server.port))
        (var / "secrets.env").write_text(
            (var / "secrets.env")
            .read_text()
            .replace(os.environ["REDIS_PASSWORD"], server.password)
            .replace(os.environ["REDIS_WORKER_PASSWORD"], server.worker_password)
        )
        with redis.Redis.from_url(server.url) as in_use:
            assert in_use.ping()
            await asyncio.to_thread(rotate, "redis")
            known = secrets_file.read(var / "secrets.env")
            new = known["REDIS_PASSWORD"]
            accounts = {"default": (server.password, new)}
            accounts["worker"] = (server.worker_password, known["REDIS_WORKER_PASSWORD"])
            for account, passwords in accounts.items():
                for password in passwords:
                    with redis.Redis(port=server.port, username=account, password=password) as client:
                        assert client.ping()
            assert CliRunner().invoke(main, ["secrets", "retire"]).exit_code == 0
            assert in_use.ping(), "open connections stay"
            for account, (old, _) in accounts.items():
                with (
                    redis.Redis(port=server.port, username=account, password=old) as late,
                    pytest.raises(redis.AuthenticationError),
                ):
                    late.ping()


async def test_postgresqls_password_is_changed_and_kept(
    var: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_file.replace(var / "secrets.env", "DATABASE_PASSWORD", "first")
    monkeypatch.setenv("DATABASE_URL", url := await postgres.create_owned("first"))
    await asyncio.to_thread(rotate, "database")
    new = secrets_file.read(var / "secrets.env")["DATABASE_PASSWORD"]
    tenant = create_engine(WebSettings(database_password=new).sqlalchemy_url)
    async with tenant.connect() as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar() == make_url(url).username
    await tenant.dispose()
