"""`jbcalling workers wanted`, and the script that adds and removes machines by it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner

from app.commands.cli import main
from ops.harness.redis_server import RedisServer, redis_server
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, NextRoom, encode

ROOT = Path(__file__).resolve().parents[2]
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$STATE/asked"
case "$1 $2" in
"--quiet is-active") [ -e "$STATE/$3" ] ;;
"start --no-block") shift 2; for unit; do touch "$STATE/$unit"; done ;;
stop*) rm "$STATE/$2" ;;
esac
"""
"""Notes what it was asked; a unit is active while its file is there."""


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def store(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    monkeypatch.setenv("REDIS_URL", server.url)
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        yield client


def beat(store: redis.Redis, *hosts: str) -> None:
    for host in hosts:
        worker = f"{host}.1.x"
        beating = Heartbeat(worker=worker, at=time.time(), queues=[*keys.LIVE_QUEUES], stt=[], translate=[], speak=[])
        store.set(keys.heartbeat(worker), encode(beating), ex=60)


def calls(store: redis.Redis, load: float, machines: int) -> None:
    said = NextRoom(level="voice", load=load, capacity=0.9 * machines, further=0.5)
    store.set(keys.ADMISSION, encode(said), ex=60)


def ask(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(main, ["workers", "wanted", "--seconds", "0", *words], catch_exceptions=False)
    return found.exit_code, found.stdout.strip(), found.stderr


def test_it_says_how_many_machines_there_should_be_and_why(store: redis.Redis) -> None:
    beat(store, "one", "other")
    calls(store, 1.5, 2)
    assert ask() == (0, "3", "2 answer, 3 wanted: calls come to 1.50 of 1.80, a further one to 0.50\n")
    assert ask("--most", "2")[1] == "2"
    calls(store, 0.0, 2)
    assert ask()[1] == "2", "one holds one call, and not another"
    assert ask("--spare", "0")[1] == "1"
    assert ask("--spare", "0", "--least", "2")[1] == "2"


def test_it_says_nothing_where_nobody_knows(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(store, "one")
    status, number, why = ask()
    assert (status, number) == (1, "")
    assert "leave as many as there are" in why
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    assert ask()[:2] == (1, "")


def test_the_script_starts_machines_at_once_and_stops_them_when_they_were_not_wanted_for_long(
    store: redis.Redis, tmp_path: Path
) -> None:
    (tmp_path / "systemctl").write_text(SYSTEMCTL)
    (tmp_path / "systemctl").chmod(0o755)
    path = f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "STATE": str(tmp_path), "RUNTIME_DIRECTORY": str(tmp_path), "LOOK_SECONDS": "0"}

    def scale() -> list[str]:
        subprocess.run([ROOT / "ops/scaling/scale.sh"], env=env, check=True, timeout=60)
        return sorted(unit.name for unit in tmp_path.glob("jbcalling-machine@*"))

    beat(store, "one")
    calls(store, 0.7, 1)
    assert scale() == ["jbcalling-machine@1", "jbcalling-machine@2"]
    calls(store, 0.0, 1)
    assert len(scale()) == 2, "it was wanted a moment ago"
    os.utime(tmp_path / "busy", (time.time() - 3_600, time.time() - 3_600))
    assert scale() == ["jbcalling-machine@1"]
    assert (tmp_path / "asked").read_text().splitlines()[-1] == "stop jbcalling-machine@2"


@pytest.mark.service
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in (ROOT / "ops/scaling").glob("jbcalling-*"):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/jbcalling", str(ROOT)))
    words = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0
    assert "jbcalling" not in done.stdout + done.stderr, "systemd has nothing to remark"
