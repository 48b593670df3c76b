"""Listening processes as `web` sees them: bytes in, `SpeechRecord` records out."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
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


class Process:
    """A helper process with binary input and output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        self._stdin, self.output = process.stdin, process.stdout

    async def write(self, chunk: bytes) -> None:
        """Give it more input; what a process that has ended no longer takes is dropped, its output says why."""
        if self._stdin.is_closing():
            return
        with suppress(ConnectionError):
            self._stdin.write(chunk)
            await self._stdin.drain()

    async def close_input(self) -> None:
        """There is no more."""
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
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


class Helpers:
    """Starts helper processes, not too many at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running = 0

    @asynccontextmanager
    async def listener(self, mode: Mode, most_seconds: float) -> AsyncIterator[Process]:
        """A listening process for the length of the block.

        Raises:
            ApiError: 503, too many run already.
        """
        metrics.LISTENERS.labels(mode).inc()
        async with self.start("app.speech_api.find_speech", mode, str(most_seconds)) as process:
            yield process

    @asynccontextmanager
    async def start(self, module: str, *arguments: str) -> AsyncIterator[Process]:
        """Any of our modules as a process, ended with the block."""
        with self._room():
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
            helper = Process(process)
            try:
                yield helper
            finally:
                await to_the_end(helper.end())

    @contextmanager
    def _room(self) -> Iterator[None]:
        if self._running >= self._most:
            message = f"{self._most} recordings are being decoded: retry in a moment, or raise API_LISTENERS."
            raise unavailable("busy", message)
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
