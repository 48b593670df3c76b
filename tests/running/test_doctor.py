"""`jbcalling doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.ports import free_port
from tests.support.redis_server import redis_server
from tests.support.stack import ROOT

PORTS = ("WEB_PORT", "SFU_PORT", "BRIDGE_PORT", "REDIS_PORT")


def doctor(folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run it for an installation in `folder` of which nothing runs."""
    env = os.environ | {port: str(free_port()) for port in PORTS} | {"JBC_VAR": str(folder)} | extra
    command = [sys.executable, "-m", "app.cli", "doctor"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


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
