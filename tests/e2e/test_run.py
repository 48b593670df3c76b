"""`jbcalling run`, as `make run` starts it: one address, restarts what dies, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ops.harness.stack import ROOT, Stack, processes_of


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = Stack(tmp_path).env
    command = [sys.executable, "-m", "app.commands.cli", "run"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    for left in processes_of(tmp_path):
        left.kill()
    process.wait()


def wait_for_line(process: subprocess.Popen[str], words: str) -> str:
    """The first line of output that holds these words."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError(f"ended without {words!r}: {''.join(seen)}")


def test_it_prints_one_address_restarts_what_dies_and_leaves_nothing_behind(
    runner: subprocess.Popen[str], tmp_path: Path
) -> None:
    url = wait_for_line(runner, "JB Calling is running").split()[-1]
    assert httpx.get(url).status_code == 200
    assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0
    sfu = next(p for p in processes_of(tmp_path) if p.cmdline()[:1] == ["node"])
    sfu.kill()
    wait_for_line(runner, "starting again")
    os.kill(runner.pid, signal.SIGINT)  # Ctrl-C
    assert runner.wait(timeout=20) == 0
    assert processes_of(tmp_path) == []
