"""`jbcalling run`, as `make run` starts it: one address, restarts, a calm end, and nothing left behind."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from app.supervisor import lan, log_lines
from ops.harness.ports import free_port
from ops.harness.stack import ROOT, Stack, processes_of

Start = Callable[..., subprocess.Popen[str]]
STOP_ORDER = ("installer", "worker", "bridge", "web", "sfu", "redis")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts it, with settings in its environment."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str, **settings: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app.commands.cli", "run", *options]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=Stack(tmp_path).env | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for left in processes_of(tmp_path):
        left.kill()
    for process in started:
        process.wait()


def wait_for_lines(process: subprocess.Popen[str], *words: str) -> list[str]:
    """What is printed until each of these has come."""
    assert process.stdout is not None
    seen: list[str] = []
    awaited = set(words)
    while awaited:
        line = process.stdout.readline()
        assert line, f"ended without {awaited}: {''.join(seen)}"
        seen.append(line)
        awaited -= {word for word in awaited if word in line}
    return seen


def test_it_prints_one_address_restarts_what_dies_and_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    runner = start(LOG="json")
    printed = wait_for_lines(runner, "JB Calling is running", "SFU listening")
    assert any('| {"level":30,' in line for line in printed), "everything is shown, as it was asked for"
    url = next(line for line in printed if "JB Calling is running" in line).split()[-1]
    assert httpx.get(url).status_code == 200
    assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0
    sfu = next(p for p in processes_of(tmp_path) if p.cmdline()[:1] == ["node"])
    sfu.kill()
    wait_for_lines(runner, "starting again")
    os.kill(runner.pid, signal.SIGINT)  # Ctrl-C
    assert runner.wait(timeout=20) == 0
    assert processes_of(tmp_path) == []


def test_ctrl_c_is_calm(start: Start, tmp_path: Path) -> None:
    runner = start()
    up = [f"{name:<10} is up" for name in STOP_ORDER]
    printed = wait_for_lines(runner, "JB Calling is running", "worker     is loading", *up)
    url = next(line for line in printed if "JB Calling is running" in line).split()[-1]
    assert any(f"Logs: {tmp_path}/logs/*.log" in line for line in printed)
    assert httpx.get(url).status_code == 200
    logs = {name: tmp_path / "logs" / f"{name}.log" for name in STOP_ORDER}
    deadline = time.monotonic() + 20
    while "web.request" not in logs["web"].read_text():  # on its way from the process to the file
        assert time.monotonic() < deadline, "the request is in the log file"
        time.sleep(0.05)
    before = {name: len(log.read_text()) for name, log in logs.items()}

    os.killpg(runner.pid, signal.SIGINT)  # as a terminal does
    assert runner.stdout is not None
    shown = [line.strip() for line in runner.stdout if line.strip()]
    assert runner.wait(timeout=20) == 0
    assert processes_of(tmp_path) == []

    first, last = shown  # nothing else: no warning, no process that was killed or ended with a status
    assert first.startswith(f"Stopping {', '.join(STOP_ORDER)}.")
    assert last.startswith("Stopped in")
    assert not any('"event"' in line or '"msg"' in line for line in printed), "the JSON of a request goes to the files"
    for name, log in logs.items():
        stopping = log.read_text()[before[name] :].splitlines()
        assert stopping, f"{name} said that it ends"
        assert [line for line in stopping if log_lines.read(line).level >= logging.WARNING] == []
        assert log.stat().st_mode & 0o077 == 0
    written = [log.stat().st_mtime_ns for log in logs.values()]
    assert written == sorted(written), "each said its last word before the next was told"
    worker = [json.loads(line)["event"] for line in logs["worker"].read_text().splitlines()]
    assert worker[-1] == "Worker has been shut down."


def test_the_network_is_served_over_https_with_microphones(start: Start, tmp_path: Path) -> None:
    """As seen from 127.0.0.2, which is another address than the one that everything listens on."""
    at = free_port()
    runner = start("--lan", LAN_HOST="127.0.0.2", LAN_PORT=str(at))
    printed = wait_for_lines(runner, "JB Calling is running", "Everybody in your network")
    url = next(line for line in printed if "JB Calling is running" in line).split()[-1]
    assert url == f"https://127.0.0.2:{at}"
    authority = tmp_path / "lan/caddy/pki/authorities/local/root.crt"
    trust = ssl.create_default_context(cafile=str(authority))
    with httpx.Client(base_url=url, verify=trust) as visitor:
        page = visitor.get("/")
        assert f"connect-src 'self' wss://127.0.0.2:{at}" in page.headers["content-security-policy"]
        assert all("secure" in cookie.lower() for cookie in page.headers.get_list("set-cookie"))
        assert [visitor.get(internal).status_code for internal in ("/metrics", "/ready")] == [404, 404]
    with connect(f"wss://127.0.0.2:{at}/ws", ssl=trust) as socket:  # the SFU, which wants a token
        socket.send('{"id": 1, "method": "hello", "data": {"token": "none"}}')
        assert "error" in json.loads(socket.recv(10))
    os.kill(runner.pid, signal.SIGINT)
    assert runner.wait(timeout=20) == 0


def test_nothing_outlives_a_runner_that_is_killed(start: Start, tmp_path: Path) -> None:
    """Here it listens for others, too, as somebody has told it with WEB_HOST alone."""
    runner = start(WEB_HOST="0.0.0.0")
    printed = "".join(wait_for_lines(runner, "JB Calling is running", "Ctrl-C stops it"))
    if own := lan.own_address():
        assert f"Others in your network reach it at http://{own}:" in printed
        where = re.search(rf"http://{re.escape(own)}:\d+", printed)
        assert where
        page = httpx.get(where[0])
        (sfu,) = re.findall(rf"ws://{re.escape(own)}:\d+", page.headers["content-security-policy"])
        with connect(f"{sfu}/ws") as socket:
            socket.send('{"id": 1, "method": "hello", "data": {"token": "none"}}')
            assert "error" in json.loads(socket.recv(10))
    assert len(processes_of(tmp_path)) >= len(STOP_ORDER)
    runner.kill()
    runner.wait()
    deadline = time.monotonic() + 60
    while left := processes_of(tmp_path):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)  # processes that are not our children end without telling us
