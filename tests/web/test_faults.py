"""What is said of a database or a Redis that fails: what is wrong and what to do, from the errors of real ones."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import redis
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from app import faults
from ops.harness.ports import free_port
from tests.support.postgres import Postgres


async def error_of(url: str, *statements: str) -> Exception:
    """What these statements end in."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            for statement in statements or ("SELECT 1",):
                await connection.execute(text(statement))
            await connection.commit()
    except (SQLAlchemyError, OSError) as error:
        return error
    finally:
        await engine.dispose()
    raise AssertionError("that worked")


def full(_path: Path) -> tuple[str, ...]:
    return "CREATE TABLE t(x)", "PRAGMA max_page_count=3", "INSERT INTO t VALUES (zeroblob(100000))"


def read_only(_path: Path) -> tuple[str, ...]:
    return "PRAGMA query_only=ON", "CREATE TABLE t(x)"


def no_database(path: Path) -> tuple[str, ...]:
    path.write_text("these are the notes of the town hall " * 200)
    return ("CREATE TABLE t(x)",)


def held(path: Path) -> tuple[str, ...]:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE t(x)")
    holder.execute("BEGIN EXCLUSIVE")
    return "PRAGMA busy_timeout=1", "INSERT INTO t VALUES (1)"


def a_folder(path: Path) -> tuple[str, ...]:
    path.mkdir()
    return ("CREATE TABLE t(x)",)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (full, "its disk is full"),
        (read_only, "can be read but not written"),
        (no_database, "its file is damaged"),
        (held, "another program holds it"),
        (a_folder, "its file cannot be opened"),
    ],
)
async def test_a_file(spoil: Callable[[Path], tuple[str, ...]], words: str, tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    fault = faults.of_database(await error_of(f"sqlite+aiosqlite:///{path}", *spoil(path)))
    assert fault.detail == words
    assert fault.action.endswith(".")


@pytest.mark.service
async def test_a_server(postgres: Postgres) -> None:
    there = make_url(await postgres.create_database())
    role = f"role_{secrets.token_hex(4)}"
    for statement in (f"CREATE ROLE {role} LOGIN PASSWORD 'right' CONNECTION LIMIT 1", "CREATE TABLE ours(x int)"):
        engine = create_async_engine(there, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()
    whole = there.render_as_string(hide_password=False)
    theirs = there.set(username=role, password="right").render_as_string(hide_password=False)

    async def said(url: str, *statements: str) -> str:
        return faults.of_database(await error_of(url, *statements)).detail

    assert await said(theirs.replace(":right@", ":wrong@")) == "refuses the password"
    assert await said(theirs, "SELECT * FROM ours") == "refuses what we need"
    assert await said(whole.replace(str(there.database), "none")) == "has no database of this name"
    assert await said(whole, "SET default_transaction_read_only=on", "COMMIT", "CREATE TABLE t(x int)") == (
        "can be read but not written"
    )
    raising = "DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE='{}'; END $$"
    assert await said(whole, raising.format("53100")) == "its disk is full"
    assert await said(whole, raising.format("57P03")) == "is starting"
    assert await said(f"postgresql+asyncpg://user:hidden@127.0.0.1:{free_port()}/gone") == "does not answer"
    first = create_async_engine(theirs)
    async with first.connect():
        assert await said(theirs) == "has no connection left"
    await first.dispose()


async def test_a_full_redis_is_said_to_be_full_and_nobody_is_sent_to_start_workers(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    try:
        broker.config_set("maxmemory-policy", "noeviction")
        broker.config_set("maxmemory", 1)
        found = (await client.get("/ready")).json()["dependencies"]
    finally:
        broker.config_set("maxmemory", 0)
    assert found["redis"]["state"] == "down"
    assert found["redis"]["detail"] == "is full and refuses whatever is new"
    assert "`maxmemory`" in found["redis"]["action"]
    assert found["workers"]["detail"] == "cannot be told: Redis is full and refuses whatever is new"
    assert "Start" not in found["workers"]["action"]
    assert (await client.get("/ready")).json()["dependencies"]["redis"]["state"] != "down"


async def test_a_replica_and_one_that_cannot_save(client: httpx.AsyncClient, broker: redis.Redis) -> None:
    try:
        broker.replicaof("127.0.0.1", str(free_port()))
        found = (await client.get("/ready")).json()["dependencies"]["redis"]
    finally:
        broker.replicaof("NO", "ONE")
    assert (found["state"], found["detail"]) == ("down", "is a replica and takes nothing")
    error = redis.ResponseError("MISCONF Redis is configured to save RDB snapshots, but it is unable to persist")
    assert "cannot write to its disk" in faults.of_redis(error).detail


async def test_little_room_left_is_said_before_there_is_none(
    client: httpx.AsyncClient, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 7_000_000, 7_000_000))
    found = (await client.get("/ready")).json()["dependencies"]["database"]
    if make_url(database).get_backend_name() == "sqlite":
        assert (found["state"], found["detail"]) == ("degraded", "its disk has 7 MB left")
    else:
        assert found["state"] == "ok"
