"""Listening processes as `web` sees them: bytes in, `SpeechRecord` records out."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from app.cancellation import to_the_end
from app.speech_api import metrics
from app.speech_api.errors import ApiError, unavailable
from app.speech_api.records import SIZE_HEADER, Mode, SpeechRecord

ROOT: Final = Path(__file__).resolve().parents[2]
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_SETTINGS: Final = ("SEGMENT_ENDPOINT", "SEGMENT_MAX", "INTERIM_EVERY")


Leave = Callable[[], None]
PLACE_SECONDS: Final = 2.0
"""Seconds for which somebody who sends nothing keeps a place that another one needs."""


class Process:
    """A helper process with binary input and output."""

    def __init__(self, process: asyncio.subprocess.Process, leave: Leave) -> None:
        """`leave` gives up its place, once."""
        self._process = process
        self._leave = leave
        self._given_up = False
        self._waiting_since: float | None = time.monotonic()
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        self._stdin, self.output = process.stdin, process.stdout

    async def write(self, chunk: bytes) -> None:
        """Give it more input; what a process that has ended no longer takes is dropped, its output says why."""
        if self._stdin.is_closing():
            return
        self._waiting_since = None
        with suppress(ConnectionError):
            self._stdin.write(chunk)
            await self._stdin.drain()
        self._waiting_since = time.monotonic()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    @property
    def idle(self) -> float:
        """Seconds that it has waited for input; 0.0 where it has all, or is at work on it."""
        return 0.0 if self._waiting_since is None else time.monotonic() - self._waiting_since

    def give_up(self) -> None:
        """End it for the sake of another: `records` says so."""
        self._given_up = True
        with suppress(ProcessLookupError):
            self._process.kill()
        self._leave()

    async def close_input(self) -> None:
        """There is no more."""
        self._waiting_since = None
        with suppress(ConnectionError):
            self._stdin.close()
            await self._stdin.wait_closed()

    async def send(self, packet: bytes) -> None:
        """Give it one packet of a stream."""
        await self.write(SIZE_HEADER.pack(len(packet)) + packet)

    async def records(self) -> AsyncIterator[tuple[SpeechRecord, bytes]]:
        """Its records with their audio, up to and with the "end" or "audio" one.

        Raises:
            ApiError: it refused the audio, or died over it.
        """
        while True:
            try:
                (size,) = SIZE_HEADER.unpack(await self.output.readexactly(SIZE_HEADER.size))
                record = msgspec.json.decode(await self.output.readexactly(size), type=SpeechRecord)
                pcm = await self.output.readexactly(record.size)
            except asyncio.IncompleteReadError:
                if self._given_up:
                    message = "Nothing came, and others need the place: connect again when there is something to send."
                    raise ApiError(408, "idle", message) from None
                raise ApiError(
                    422, "undecodable", "This audio could not be decoded: convert it to wav or mp3 and try again."
                ) from None
            if record.kind == "refused":
                raise ApiError(record.status, record.code, record.message)
            if record.kind == "end":
                metrics.HEARD.inc(record.seconds)
            yield record, pcm
            if record.kind in {"end", "audio"}:
                return

    async def end(self) -> None:
        """End it, whatever it is at."""
        if self.running:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


class Helpers:
    """Starts helper processes, not too many at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running = 0
        self._listeners: list[Process] = []
        """Those that may wait for a client."""

    @asynccontextmanager
    async def listener(self, mode: Mode, most_seconds: float) -> AsyncIterator[Process]:
        """A listening process for the length of the block.

        Where its input does not come for `PLACE_SECONDS` and another one needs the place, it is given up.

        Raises:
            ApiError: 503, too many run already.
        """
        metrics.LISTENERS.labels(mode).inc()
        async with self.start("app.speech_api.find_speech", mode, str(most_seconds)) as process:
            self._listeners.append(process)
            try:
                yield process
            finally:
                if process in self._listeners:
                    self._listeners.remove(process)

    @asynccontextmanager
    async def start(self, module: str, *arguments: str) -> AsyncIterator[Process]:
        """Any of our modules as a process, ended with the block."""
        with self._place() as leave:
            environment = {name: os.environ[name] for name in (*_PASSED_ON, *_SETTINGS) if name in os.environ}
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                *arguments,
                cwd=ROOT,
                env=environment | {"OPENBLAS_NUM_THREADS": "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            helper = Process(process, leave)
            try:
                yield helper
            finally:
                await to_the_end(helper.end())

    @contextmanager
    def _place(self) -> Iterator[Leave]:
        """A place for the length of the block, unless it is left before."""
        if self._running >= self._most:
            idle = max(self._listeners, key=lambda one: one.idle, default=None)
            if idle is None or idle.idle < PLACE_SECONDS:
                message = f"{self._most} recordings are being decoded: retry in a moment, or raise API_LISTENERS."
                raise unavailable("busy", message)
            self._listeners.remove(idle)
            idle.give_up()
        self._running += 1
        left = False

        def leave() -> None:
            nonlocal left
            self._running -= not left
            left = True

        try:
            yield leave
        finally:
            leave()
