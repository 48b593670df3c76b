"""`make load` and its like, told to end in the middle: they take their whole system with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.harness.stack import ROOT, processes_of

pytestmark = [pytest.mark.service, pytest.mark.model]

Start = Callable[..., subprocess.Popen[bytes]]
LINES = 5
"""Of the Procfile."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a measurement whose system has its files in `tmp_path`."""
    started = []

    def one(module: str, *options: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", f"ops.measure.{module}", *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield one
    for left in processes_of(tmp_path):
        left.kill()
    for process in started:
        process.kill()
        process.wait()


def wait_until(so: Callable[[], bool], process: subprocess.Popen[bytes], within: float = 120.0) -> None:
    """Wait for something that a running measurement brings about."""
    deadline = time.monotonic() + within
    while not so():
        assert process.poll() is None, "it has ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.1)


def assert_ends(process: subprocess.Popen[bytes], folder: Path) -> None:
    """SIGTERM, twice as `timeout make …` sends it, ends all of it."""
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert processes_of(folder) == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "options"), [("soak", ()), ("chaos", ("--only", "worker: kill"))], ids=lambda one: str(one)
)
def test_one_that_is_still_starting_leaves_nothing_behind(
    start: Start, tmp_path: Path, module: str, options: tuple[str, ...]
) -> None:
    process = start(module, *options)
    wait_until(lambda: len(processes_of(tmp_path)) >= LINES, process)
    assert_ends(process, tmp_path)


def test_one_that_holds_a_call_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    process = start("load", "--case", "2x1")
    stored = b'"event": "caption.stored"'
    wait_until(lambda: any(stored in log.read_bytes() for log in tmp_path.glob("*/web.log")), process)
    assert_ends(process, tmp_path)
