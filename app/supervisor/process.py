"""One process of the Procfile: started again when it ends, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.supervisor.restart import Backoff

MAX_LINE_BYTES: Final = 1_000_000
"""A longer line is passed on in pieces."""
LEFTOVERS_SECONDS: Final = 1.0
"""How long what a process has started may go on printing after its end."""


class Process:
    """A command that runs in a session of its own, so that the terminal's Ctrl-C and its closing pass it by.

    It is sent SIGTERM when this program dies, however it dies: nothing outlives it.

    Args:
        name: as in the Procfile.
        command: a line for the shell, which should `exec` the program so that signals reach it.
        env: its environment.
        folder: where it runs.
        on_line: called with the name and each line that it prints.
        on_end: called with the name and words on how it ended and what follows, when nobody had asked it to end.
    """

    def __init__(
        self,
        name: str,
        command: str,
        *,
        env: Mapping[str, str],
        folder: Path,
        on_line: Callable[[str, str], None],
        on_end: Callable[[str, str], None],
    ) -> None:
        self.name = name
        self.status: int | None = None
        """Of its last end, as `subprocess` counts it."""
        self.killed = False
        """Whether it was ended with SIGKILL by us."""
        self._command = dying_with(os.getpid(), command)
        self._env = env
        self._folder = folder
        self._on_line = on_line
        self._on_end = on_end
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Keep it running until `stop` or `kill`, and return when it has ended."""
        backoff = Backoff()
        while not self._stopping.is_set():
            started = time.monotonic()
            self.status = await self._run_once()
            if self._stopping.is_set():
                return
            pause = backoff.after(time.monotonic() - started)
            self._on_end(self.name, f"ended with status {self.status}; starting again in {pause:.1f} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    def retire(self) -> None:
        """Start it no more when it ends."""
        self._stopping.set()

    def stop(self) -> None:
        """Ask it to end, and start it no more. Its own children are its own to end."""
        self.retire()
        if self._child is not None:
            os.kill(self._child.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it, and whatever it has started, at once."""
        self.retire()
        if self._child is not None:
            self.killed = True
            _kill_group(self._child.pid)

    async def _run_once(self) -> int:
        self._child = child = subprocess.Popen(  # noqa: ASYNC220 - forks and returns; the loop waits for its end below
            self._command,
            env=self._env,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        reading = asyncio.create_task(self._read(child))
        try:
            await _ended(child)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(reading), LEFTOVERS_SECONDS)
        finally:
            _kill_group(child.pid)
            self._child = None
        await reading
        return child.wait()

    async def _read(self, child: subprocess.Popen[bytes]) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), child.stdout
        )
        unfinished = b""
        while chunk := await reader.read(65_536):
            *lines, unfinished = (unfinished + chunk).split(b"\n")
            if len(unfinished) > MAX_LINE_BYTES:
                lines, unfinished = [*lines, unfinished], b""
            for line in lines:
                self._pass_on(line)
        if unfinished:
            self._pass_on(unfinished)
        transport.close()

    def _pass_on(self, line: bytes) -> None:
        self._on_line(self.name, line.decode("utf-8", "replace").rstrip("\r"))


async def _ended(child: subprocess.Popen[bytes]) -> None:
    """Return when a process has ended. It is left to be waited for, so that nobody else gets its number."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    descriptor = os.pidfd_open(child.pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def dying_with(parent: int, command: str) -> list[str]:
    """A line for the shell that is sent SIGTERM by the kernel when its parent dies; util-linux's `setpriv` asks for it.

    A parent that has died before it was asked for is noticed by the shell: somebody else is its parent then.
    """
    if not shutil.which("setpriv"):
        return ["sh", "-c", command]
    return ["setpriv", "--pdeathsig", "TERM", "--", "sh", "-c", f'[ "$PPID" -eq {parent} ] || exit 0; {command}']
