"""The commands of docs/operations.md do what they say, as they stand there.

Its sections on updating and going back are followed by `make update`, in the middle of a call.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app import migrate
from app.auth import secrets_file
from app.commands.cli import main
from app.running.deploy.processes import units
from app.supervisor.runner import ROOT
from ops.harness import guide
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer
from ops.harness.waiting import until
from tests.support.postgres import Postgres

PAGE: Final = "operations.md"
FOLLOWED_HERE: Final = ("Servers", "Secrets", "Backup and restore", "A second Redis that takes over")
IN_A_CALL: Final = ("Updating", "Going back", "Updating several machines")
UNITS: Final = {unit.file.removesuffix(".service") for unit in units("all", ROOT)}


def test_every_block_is_followed() -> None:
    found = [
        heading
        for heading in re.findall(r"^##+ (.+)$", (ROOT / "docs" / PAGE).read_text(), re.M)
        if guide.blocks(PAGE, heading)
    ]
    assert sorted(found) == sorted([*FOLLOWED_HERE, *IN_A_CALL])


def follow(code: str, *, answers: str = "") -> list[str]:
    """Do what `jbcalling` is told in the code, and see that systemd knows the units; what each `jbcalling` printed."""
    said = []
    for program, *words in guide.commands(code, ("jbcalling", "systemctl")):
        if program == "systemctl":
            assert {*words[1:]} <= UNITS
            continue
        with patch.dict(os.environ):
            result = CliRunner().invoke(main, words, input=answers, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        said.append(result.output)
    return said


def test_the_plans_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for code in guide.blocks(PAGE, "Servers"):
        follow(code)
    assert sorted(path.parent.name for path in tmp_path.glob("*/INSTALL.md")) == ["edge", "plan", "worker-2"]


@pytest.fixture
def installation(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """An installation on PostgreSQL, with its secrets and settings in the environment, and its Redis server."""
    for name, value in secrets_file.load_or_create(tmp_path / "secrets.env").items():
        monkeypatch.setenv(name, value)
    url = asyncio.run(postgres.create_owned(os.environ["DATABASE_PASSWORD"]))
    asyncio.run(_create_verify(postgres, url))
    passwords = os.environ["REDIS_PASSWORD"], os.environ["REDIS_WORKER_PASSWORD"]
    server = RedisServer(password=passwords[0], worker_password=passwords[1])
    for name, setting in {
        "JBC_VAR": tmp_path,
        "JBC_KEYS": tmp_path / "keys",
        "DATABASE_URL": url,
        "REDIS_PORT": server.port,
        "WEB_PORT": free_port(),
        "BACKUP_DIR": tmp_path / "backups",
        "BACKUP_PASSPHRASE": "a passphrase",
        "MODELS_DIR": tmp_path / "models",
    }.items():
        monkeypatch.setenv(name, str(setting))
    migrate.upgrade()
    monkeypatch.chdir(tmp_path)
    server.start()
    yield server
    server.stop()


async def _create_verify(postgres: Postgres, url: str) -> None:
    """`createdb --owner=ROLE NAME_verify`."""
    parsed = make_url(url)
    engine = create_async_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {parsed.database}_verify OWNER {parsed.username}"))
    await engine.dispose()


def test_secrets_are_exchanged(installation: RedisServer, tmp_path: Path) -> None:
    assert installation.port
    before = secrets_file.read(tmp_path / "secrets.env")
    (code,) = guide.blocks(PAGE, "Secrets")
    said = "".join(follow(code))
    changed = {name for name, value in secrets_file.read(tmp_path / "secrets.env").items() if before[name] != value}
    assert changed == {
        *("SESSION_SECRET", "SFU_TOKEN_SECRET", "REDIS_PASSWORD", "REDIS_WORKER_PASSWORD", "DATABASE_PASSWORD")
    }
    assert "admin: " in said


def test_backups_are_made_and_restored(installation: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation.port
    (code,) = guide.blocks(PAGE, "Backup and restore")
    before, _, after = code.partition("jbcalling backup list")
    made, exported, backup = before.partition("export BACKUP_RECIPIENT=age1…")
    assert exported
    (printed,) = follow(made)
    monkeypatch.setenv("BACKUP_RECIPIENT", printed.strip().removeprefix("BACKUP_RECIPIENT="))
    (written,) = follow(backup)
    file = written.partition(":")[0]
    listed, verified, restored = follow("jbcalling backup list" + after.replace("FILE", file))
    assert file in listed
    assert "is intact" in verified
    assert "Restored" in restored or restored


async def test_a_second_redis_takes_over(installation: RedisServer, tmp_path: Path) -> None:
    second = RedisServer(password=installation.password, worker_password=installation.worker_password)
    second.start()
    try:
        (code,) = guide.blocks(PAGE, "A second Redis that takes over")
        here = code.replace("/etc/jbcalling", str(tmp_path)).replace("10.0.0.1 8050", f"127.0.0.1 {installation.port}")
        *following, takes_over = here.replace("-p 8050", f"-p {second.port}").strip().splitlines()

        def do(lines: list[str]) -> None:
            done = subprocess.run(["bash", "-euc", "\n".join(lines)], capture_output=True, text=True, check=True)
            assert done.stdout.splitlines() == ["OK"] * (len(lines) - 1)

        with redis.Redis.from_url(installation.url) as first, redis.Redis.from_url(second.url) as other:
            first.set("jbc:x", "1")
            await asyncio.to_thread(do, following)

            async def has_it() -> bool:
                return bool(other.get("jbc:x") == b"1")

            await until(has_it, 20)
            installation.stop()
            await asyncio.to_thread(do, [following[0], takes_over])
            assert other.set("jbc:x", "2"), "it takes what is new"
    finally:
        second.stop()
