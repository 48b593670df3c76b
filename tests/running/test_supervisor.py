"""Keeping processes running: again when one ends; and ending them in their order, whoever asks and however."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.supervisor.process import Process, dying_with
from ops.harness.web_server import ROOT

PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from app.supervisor import supervisor
from app.supervisor.terminal import Terminal
supervisor.STOP_SECONDS = float(sys.argv[1])
commands = dict(line.split(": ", 1) for line in sys.argv[3:])
here = Path(sys.argv[2])
made = supervisor.Supervisor(
    commands, dict.fromkeys(commands, dict(os.environ)), folder=here, logs=here / "logs",
    terminal=Terminal(sys.stdout, list(commands)),
)
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have had it ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as nohup does
asyncio.run(made.run())
"""
OBEYS = "trap \"echo {0} told >>acts; sleep 0.1; echo {0} gone >>acts; exit 0\" TERM; echo 'Warning: {0} runs'; "
REFUSES = "trap '' TERM; echo 'Warning: {0} runs'; "
CRASHES = "trap 'exit 3' TERM; echo 'Warning: {0} runs'; "
WAIT = "while :; do sleep 600 >/dev/null & wait; done"
NAMES = ("first", "second", "third")


class Supervised:
    """A supervisor in a process of its own, with processes that are lines of shell."""

    def __init__(self, folder: Path, *behaviours: str, patience: float = 20.0, stdin: int = subprocess.DEVNULL) -> None:
        lines = [
            f"{name}: {how.format(name)}{WAIT}"
            for name, how in zip(NAMES, behaviours or (OBEYS,) * len(NAMES), strict=True)
        ]
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(patience), str(folder), *lines],
            cwd=ROOT,
            env=os.environ | {"JBC_TEST_FOLDER": str(folder)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._output = self.process.stdout
        self.printed: list[str] = []

    def until(self, *words: str) -> None:
        """Read what it prints until each of these has come."""
        awaited = set(words)
        while awaited:
            line = self._output.readline()
            assert line, f"ended without {awaited}: {self.printed}"
            self.printed.append(line.rstrip("\n"))
            awaited -= {word for word in awaited if word in line}

    def started(self) -> Supervised:
        """Wait until all of its processes run."""
        self.until(*(f"Warning: {name} runs" for name in NAMES))
        return self

    def ended(self) -> int:
        """Its exit status; what it printed is in `printed`."""
        self.printed += self._output.read().splitlines()
        return self.process.wait(timeout=20)

    @property
    def acts(self) -> list[str]:
        """What its processes did, in order."""
        return (self.folder / "acts").read_text().splitlines()

    def left(self) -> list[psutil.Process]:
        """Processes of it that live."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                ours = process.environ().get("JBC_TEST_FOLDER") == str(self.folder)
                if ours and process.status() != psutil.STATUS_ZOMBIE and process.name() != "sleep":
                    found.append(process)
        return found


@pytest.fixture
def started() -> Iterator[list[Supervised]]:
    """Put into it what is to be cleaned up."""
    made: list[Supervised] = []
    yield made
    for supervised in made:
        for process in supervised.left():
            process.kill()
        supervised.process.wait()


IN_ORDER = ["third told", "third gone", "second told", "second gone", "first told", "first gone"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_is_stopped_when_the_one_after_it_has_gone(
    number: signal.Signals, tmp_path: Path, started: list[Supervised]
) -> None:
    supervised = Supervised(tmp_path).started()
    started.append(supervised)
    os.killpg(supervised.process.pid, number)  # as a terminal does: to everything in its group
    assert supervised.ended() == 0
    assert supervised.acts == IN_ORDER
    assert supervised.left() == []
    stopping, stopped = (line for line in supervised.printed if "Stop" in line)
    assert "Stopping third, second, first" in stopping
    assert supervised.printed[-1] == stopped, "and nothing else was printed"


def test_a_terminal_that_is_gone_is_no_reason_not_to_stop_in_order(tmp_path: Path, started: list[Supervised]) -> None:
    supervised = Supervised(tmp_path).started()
    started.append(supervised)
    assert supervised.process.stdout is not None
    supervised.process.stdout.close()
    supervised.process.send_signal(signal.SIGHUP)
    assert supervised.process.wait(timeout=20) == 0
    assert supervised.acts == IN_ORDER
    assert supervised.left() == []


def test_a_terminal_that_goes_ends_it_though_no_signal_comes(tmp_path: Path, started: list[Supervised]) -> None:
    ours, theirs = os.openpty()  # nobody's controlling terminal
    supervised = Supervised(tmp_path, stdin=theirs).started()
    started.append(supervised)
    os.close(theirs)
    os.close(ours)
    assert supervised.ended() == 0
    assert supervised.acts == IN_ORDER


def test_a_second_ctrl_c_kills_what_is_left_and_says_so(tmp_path: Path, started: list[Supervised]) -> None:
    supervised = Supervised(tmp_path, OBEYS, REFUSES, OBEYS).started()
    started.append(supervised)
    supervised.process.send_signal(signal.SIGINT)
    supervised.until("Stopping third, second, first")
    while not (tmp_path / "acts").exists() or "third gone" not in supervised.acts:
        time.sleep(0.02)  # the processes write to a file
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.ended() == 0
    assert re.search(r"Killing (third, )?second, first at once", "\n".join(supervised.printed))
    assert supervised.acts == ["third told", "third gone"]
    assert supervised.left() == []


def test_one_that_does_not_end_is_killed_and_the_others_are_stopped(tmp_path: Path, started: list[Supervised]) -> None:
    supervised = Supervised(tmp_path, OBEYS, REFUSES, OBEYS, patience=0.5).started()
    started.append(supervised)
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.ended() == 0
    assert any("second" in line and "has not ended in" in line for line in supervised.printed)
    assert supervised.acts == [act for act in IN_ORDER if not act.startswith("second")]
    assert supervised.left() == []


def test_one_that_fails_to_end_well_or_dies_meanwhile_is_not_started_again(
    tmp_path: Path, started: list[Supervised]
) -> None:
    dies = OBEYS.replace("echo {0} told", "kill -9 $(cat first.pid); echo {0} told")
    notes = "echo $$ >first.pid; " + OBEYS
    supervised = Supervised(tmp_path, notes, CRASHES, dies).started()
    started.append(supervised)
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.ended() == 0
    assert supervised.acts == ["third told", "third gone"]
    told = [line.split(" ", 1)[1] for line in supervised.printed if "ended with" in line]
    assert told == ["second  warning: ended with status 3", "first   warning: ended with status -9"]
    assert sum("first runs" in line for line in supervised.printed) == 1
    assert supervised.left() == []


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path, started: list[Supervised]) -> None:
    supervised = Supervised(tmp_path).started()
    started.append(supervised)
    supervised.process.kill()
    supervised.process.wait()
    deadline = time.monotonic() + 10
    while supervised.left():
        assert time.monotonic() < deadline, supervised.left()
        time.sleep(0.05)  # a process that is not our child ends without telling us


def test_nothing_begins_whose_supervisor_has_died_since_it_was_forked() -> None:
    """The kernel tells of deaths from when it has been asked to: of an earlier one it is the shell that sees it."""
    said = [
        subprocess.run(dying_with(parent, "echo begun"), capture_output=True, text=True, check=True).stdout
        for parent in (os.getpid(), os.getppid())
    ]
    assert said == ["begun\n", ""]


async def test_it_starts_what_ends_again_and_stops_when_told(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text("import time; print('begun', flush=True); time.sleep(600)\n")
    lines: asyncio.Queue[str] = asyncio.Queue()
    kept = Process(
        "child",
        f"exec {sys.executable} {script}",
        env=os.environ,
        folder=tmp_path,
        on_line=lambda _name, line: lines.put_nowait(line),
        on_end=lambda _name, words: lines.put_nowait(words),
    )
    running = asyncio.create_task(kept.run())
    try:
        async with asyncio.timeout(20):
            assert await lines.get() == "begun"
            (child,) = [each for each in psutil.Process().children() if str(script) in each.cmdline()]
            assert os.getsid(child.pid) == child.pid, "the terminal's signals pass it by"
            child.kill()
            assert "ended with status -9; starting again" in await lines.get()
            assert await lines.get() == "begun"
            kept.stop()
            await running
    finally:
        kept.kill()
    assert (kept.status, kept.killed, lines.empty()) == (-signal.SIGTERM, False, True)


async def test_lines_come_whole_however_long_and_whatever_they_are(tmp_path: Path) -> None:
    (tmp_path / "printed").write_bytes(b"x" * 200_000 + b"\nbroken \xff utf-8\r\n\nno newline at the end")
    lines: list[str] = []
    ended = asyncio.Event()
    kept = Process(
        "child",
        "exec cat printed",
        env=os.environ,
        folder=tmp_path,
        on_line=lambda _name, line: lines.append(line),
        on_end=lambda _name, _words: ended.set(),
    )
    running = asyncio.create_task(kept.run())
    async with asyncio.timeout(20):
        await ended.wait()
        kept.stop()
        await running
    assert lines == ["x" * 200_000, "broken \ufffd utf-8", "", "no newline at the end"]
