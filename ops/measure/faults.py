"""What can go wrong with a running system: each fault strikes, lasts, and is mended."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import redis

from app.health.checks import MIN_DISK_MB
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, Segment, Timeline
from tasks.wire.queues import TRANSCRIBE, enqueue, sending_broker

RESTART_SECONDS: Final = 1.0
"""Seconds until a process that died is started again, as by systemd or `app.supervisor.restart`."""
FLOOD_UTTERANCES: Final = 30
"""Utterances of five seconds that are dumped on the workers at once."""
SMALL_DISK_MB: Final = round(2 * MIN_DISK_MB)
FULL_SECONDS: Final = 8.0
CROWD_BYTES: Final = 8_000_000
CROWD_KEYS: Final = 1_000

STEP_BACK_SECONDS: Final = 3_600
FAKETIME: Final = "faketime/libfaketime.so.1"

Act = Callable[[Stack], Awaitable[None]]
System = Literal["sqlite", "postgresql", "clock"]
"""The usual one, one with PostgreSQL as its database, or one whose `web` has a clock that can be set."""


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    act: Act
    """Breaks it and mends it."""
    clock: bool = False
    """Whether the listener's clock is wrong from the start."""
    on: System = "sqlite"
    """What it strikes."""


def killed(process: str) -> Fault:
    """Kill -9 of one line of the Procfile."""

    async def act(stack: Stack) -> None:
        await asyncio.to_thread(stack.kill, process)
        await asyncio.sleep(RESTART_SECONDS)
        stack.start(process)

    return Fault(f"{process}: kill -9", act)


async def _redis_stopped(stack: Stack) -> None:
    await asyncio.to_thread(stack.stop, "redis")
    await asyncio.sleep(5)
    stack.start("redis")


async def _captions_lost(stack: Stack) -> None:
    """The stream comes back empty, by a clock that is an hour behind the one before."""
    with redis.Redis.from_url(stack.redis_url) as store:
        store.xadd(keys.CAPTIONS, {"ahead": ""}, id=f"{int((time.time() + 3_600) * 1000)}-0")
        await asyncio.sleep(2)  # something is said with such an id
        store.delete(keys.CAPTIONS)


async def _worker_frozen(stack: Stack) -> None:
    stack.signal("worker", signal.SIGSTOP)
    await asyncio.sleep(6)
    stack.signal("worker", signal.SIGCONT)


async def _flooded(stack: Stack) -> None:
    await asyncio.to_thread(_flood, stack.redis_url)
    with redis.Redis.from_url(stack.redis_url) as store:
        while store.llen("dramatiq:stt"):  # noqa: ASYNC110  (a queue of another process has no event to wait for)
            await asyncio.sleep(0.2)


def _flood(url: str) -> None:
    pcm = recordings()["en_LJ001-0011"].pcm()
    broker = sending_broker(url)
    with redis.Redis.from_url(url) as store:
        for number in range(FLOOD_UTTERANCES):
            now = time.time()
            segment = Segment(
                id=f"flood-{now:.3f}-{number}",
                room="flood",
                speaker="flood",
                bridge="flood",
                seq=number,
                revision=0,
                final=True,
                language="en",
                samples=len(pcm) // 2,
                read=[],
                hear=[],
                timeline=Timeline(speech_start=now - len(pcm) / 2 / STT_RATE, speech_end=now, closed=now),
            )
            store.set(keys.pcm(segment.id, 0), pcm, ex=keys.PCM_TTL)
            enqueue(broker, TRANSCRIBE, segment)


async def _disk_full(stack: Stack) -> None:
    filler = Path(stack.env["SMALL_DISK"]) / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    await asyncio.sleep(8)
    filler.unlink()


async def _redis_full(stack: Stack) -> None:
    """Nothing new is taken, as where somebody's own server evicts nothing."""
    with redis.Redis.from_url(stack.redis_url) as store:
        before = {name: store.config_get(name)[name] for name in ("maxmemory", "maxmemory-policy")}
        store.config_set("maxmemory-policy", "noeviction")
        store.config_set("maxmemory", 1)
        await asyncio.sleep(FULL_SECONDS)
        for name, value in before.items():
            store.config_set(name, value)


async def _redis_crowded(stack: Stack) -> None:
    """Something fills the memory faster than it expires, so that whatever expires soonest has to go."""
    with redis.Redis.from_url(stack.redis_url) as store:
        before = store.config_get("maxmemory")["maxmemory"]
        store.config_set("maxmemory", store.info("memory")["used_memory"] + CROWD_BYTES)
        end = time.monotonic() + FULL_SECONDS
        numbers = itertools.cycle(range(CROWD_KEYS))
        while time.monotonic() < end:
            for number in itertools.islice(numbers, 10):
                store.set(f"crowd:{number}", bytes(CROWD_BYTES // 100), ex=keys.PCM_TTL)
            await asyncio.sleep(0.1)
        store.config_set("maxmemory", before)
        store.delete(*[f"crowd:{number}" for number in range(CROWD_KEYS)])


async def _postgres_restarted(stack: Stack) -> None:
    await asyncio.to_thread(stack.restart_database)


async def _clock_back(stack: Stack) -> None:
    """Stays so: who sets a clock right leaves it there."""
    await asyncio.to_thread(Path(stack.env["WEB_CLOCK"]).write_text, f"-{STEP_BACK_SECONDS}")
    await asyncio.sleep(4)


async def _nothing(_: Stack) -> None:
    await asyncio.sleep(4)


FAULTS: Final = (
    killed("worker"),
    killed("bridge"),
    killed("web"),
    killed("redis"),
    killed("sfu"),
    Fault("redis: stopped for 5 s", _redis_stopped),
    Fault("redis: full, takes nothing for 8 s", _redis_full),
    Fault("redis: crowded for 8 s", _redis_crowded),
    Fault("captions: the stream lost, an hour back", _captions_lost),
    Fault("worker: frozen for 6 s", _worker_frozen),
    Fault(f"queue: {FLOOD_UTTERANCES} utterances at once", _flooded),
    Fault("database: disk full for 8 s", _disk_full),
    Fault("client: clock an hour wrong", _nothing, clock=True),
    Fault("database: PostgreSQL restarted", _postgres_restarted, on="postgresql"),
    Fault("web: clock stepped back an hour", _clock_back, on="clock"),
)
"""Every row, in the order in which they are tried."""


class SmallDisk:
    """A disk of `SMALL_DISK_MB` for the database, which a fault can fill. Mounting one takes root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "small"

    def __enter__(self) -> dict[str, str]:
        """What the system is to be started with.

        Raises:
            PermissionError: not root.
        """
        if os.geteuid() != 0:
            raise PermissionError("a small disk can be mounted by root only: leave the disk out with --but 'disk full'")
        self.folder.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "tmpfs", str(self.folder)]
        subprocess.run([shutil.which("mount") or "/bin/mount", *options], check=True)
        url = f"sqlite+aiosqlite:///{self.folder / 'jbcalling.db'}"
        return {"DATABASE_URL": url, "SMALL_DISK": str(self.folder)}

    def __exit__(self, *_: object) -> None:
        subprocess.run([shutil.which("umount") or "/bin/umount", "-l", str(self.folder)], check=True)


def with_settable_clock(stack: Stack) -> None:
    """Have `web` read its clock by way of a file, which faketime (of Debian) adds to it; that of durations stays right.

    Raises:
        FileNotFoundError: faketime is not installed.
    """
    library = next(Path("/usr/lib").glob(f"*/{FAKETIME}"), None)
    if library is None:
        raise FileNotFoundError("a clock can be set with faketime only: apt-get install faketime, or --but clock")
    clock = stack.folder / "clock"
    clock.write_text("+0")
    stack.env["WEB_CLOCK"] = str(clock)
    fake = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    settings = " ".join(f"{name}={value}" for name, value in fake.items())
    stack.lines["web"] = stack.lines["web"].replace("exec ", f"exec env {settings} ", 1)
