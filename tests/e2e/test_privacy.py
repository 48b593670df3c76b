"""A whole call under strace: it talks to this machine only, leaves no sound on a disk and no words in a log."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser

from ops.harness.people import Line, Person, heard_out, room_from_front_page
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from tasks.wire.environment import TaskConfig
from tests.support.tracing import Trace, traced

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPOKEN = ("en_ls_1272_quilter", "en_LJ001-0011", "en_LJ001-0009", "en_LJ001-0017")
"""One after the other until a dub was heard: on a busy machine the first come too late to be spoken."""
SPEAKER, LISTENER = "Wilhelmina", "Bartolomeu"
SOUNDS = ("jbc:pcm:*", "jbc:clip:*", "jbc:cache:{audio}:*")
"""Where audio is in Redis."""
PIECE = 64
"""Bytes of a sound that are looked for, where they are varied enough for nothing else to have the same."""
INET = (socket.AF_INET, socket.AF_INET6)
QUIETED = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")
"""What keeps libraries from talking in tests, and must not: the system has to see to that by itself."""


@dataclass(frozen=True)
class Held:
    """A call that was held, and what the kernel saw of it."""

    folder: Path
    """JBC_VAR, with a log of each process."""
    room: str
    lines: list[Line]
    """As the listener read them."""
    sounds: set[bytes]
    """What was in Redis of what was said and of its dubs."""
    traces: dict[str, Trace]
    """Of each line of the Procfile, from its start to its end."""

    @property
    def logs(self) -> dict[str, str]:
        """What each process printed, with characters that JSON escapes as they are."""
        return {
            file.name: re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), file.read_text(errors="replace"))
            for file in self.folder.rglob("*.log")
        }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def held(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Held:
    """A call of two people in Chromium, heard to its end, on a system that has since been stopped."""
    folder, traces = tmp_path_factory.mktemp("var"), tmp_path_factory.mktemp("traces")
    stack = Stack(folder)
    for name in QUIETED:
        stack.env.pop(name, None)
    stack.lines = {name: traced(line, traces / name) for name, line in stack.lines.items()}
    async with stack, AsyncExitStack() as leaving:
        room = await room_from_front_page(browser, stack.url)
        speaker = await Person.join(browser, room, SPEAKER, speak="en", read="en", hear="en")
        leaving.push_async_callback(speaker.leave)
        listener = await Person.join(browser, room, LISTENER, speak="pt", read="pt", hear="pt")
        leaving.push_async_callback(listener.leave)
        sounds: set[bytes] = set()
        for name in SPOKEN:
            await speaker.say(recordings()[name].path.read_bytes())
            sounds |= sounds_in_redis(stack.redis_url)
            await heard_out(listener, stack)
            sounds |= sounds_in_redis(stack.redis_url)
            if await listener.onsets():
                break
        else:
            pytest.fail("no dub was heard")
        lines = await listener.lines()
    shown = {name: Trace.read(traces / name) for name in stack.lines}
    return Held(folder, room.rsplit("/", 1)[1], lines, sounds, shown)


def sounds_in_redis(url: str) -> set[bytes]:
    """Everything that is a sound, as it lies there."""
    with redis.Redis.from_url(url) as client:
        names = [name for pattern in SOUNDS for name in client.scan_iter(pattern) if client.type(name) == b"string"]
        return {value for value in client.mget(names) if value} if names else set()


def pieces(sound: bytes) -> Iterator[bytes]:
    """Some pieces of a sound, from all over it, that are no silence."""
    for start in range(0, len(sound) - PIECE, max(PIECE, len(sound) // 50)):
        piece = sound[start : start + PIECE]
        if len(set(piece)) > PIECE // 2:
            yield piece


def outside(trace: Trace) -> list[str]:
    """Addresses that are neither loopback nor another of this machine's own, where browsers may have their media."""
    own = {
        ip_address(one.address.split("%")[0])
        for card in psutil.net_if_addrs().values()
        for one in card
        if one.family in INET
    }
    return sorted(str(address) for address in trace.addresses if not address.is_loopback and address not in own)


def unexpected(trace: Trace, folder: Path) -> list[str]:
    """Files that were opened to be written, but for those that docs/privacy.md knows."""
    known = (
        rf"{folder}/jbcalling\.db(-wal|-shm|-journal)?",  # the database
        rf"{folder}/redis/redis\.conf",
        rf"{TaskConfig().models_dir}/\.measured/.*",  # how fast each model is here
        rf"{TaskConfig().cache_dir}/prompts/.*",  # what the drafts' model made of its prompts
        r"/dev/shm/(sem\.|pym-).*",  # locks, and the arguments of Dramatiq's worker processes
        r"/dev/null",
        r".*/__pycache__/.*\.pyc\.\d+",  # where nothing has run yet
    )
    return sorted(str(path) for path in trace.written if not any(re.fullmatch(one, str(path)) for one in known))


async def test_the_trace_shows_what_must_not_be(tmp_path: Path) -> None:
    program = (
        "import pathlib, socket;"
        "socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9));"  # of UDP: nothing is sent
        f"pathlib.Path({str(tmp_path / 'sound.wav')!r}).write_bytes(b'RIFF')"
    )
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)}"
    await asyncio.to_thread(subprocess.run, traced(command, tmp_path / "trace"), shell=True, check=True)
    trace = Trace.read(tmp_path / "trace")
    assert outside(trace) == ["192.0.2.1"]
    assert unexpected(trace, tmp_path) == [str(tmp_path / "sound.wav")]


async def test_no_process_connects_or_sends_or_listens_outside_this_machine(held: Held) -> None:
    for name, trace in held.traces.items():
        assert ip_address("127.0.0.1") in trace.addresses, f"{name}: the trace shows nothing"
        assert trace.untraced == [], name
        assert outside(trace) == [], name


async def test_no_file_is_written_but_those_that_hold_no_sound(held: Held) -> None:
    assert held.folder / "jbcalling.db" in held.traces["web"].written, "the trace shows files"
    for name, trace in held.traces.items():
        assert unexpected(trace, held.folder) == [], name


async def test_no_call_is_kept_unless_somebody_keeps_it(held: Held) -> None:
    """Where one is, tests/e2e/test_keeping.py looks for its sound."""
    with closing(sqlite3.connect(held.folder / "jbcalling.db")) as database:
        for table in ("kept_calls", "kept_tracks", "kept_pieces", "switches"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


async def test_what_was_said_and_its_dub_are_in_no_file(held: Held) -> None:
    sought = {piece for sound in held.sounds for piece in pieces(sound)}
    print(f"\n{len(held.sounds)} sounds, {sum(map(len, held.sounds))} bytes, {len(sought)} pieces of them are sought")
    assert len(sought) >= 100
    files = {path for path in held.folder.rglob("*") if path.is_file()}
    files |= {path for trace in held.traces.values() for path in trace.written if path.is_file()}
    for file in files:
        content = file.read_bytes()
        assert not any(piece in content for piece in sought), file


async def test_no_log_holds_words_names_or_the_rooms_code(held: Held) -> None:
    texts = [text for line in held.lines for text in (line.source, line.translation)]
    words = [text.split() for text in texts]
    sought = {" ".join(some[start : start + 3]) for some in words for start in range(len(some) - 2)}
    assert len(sought) >= 20, held.lines
    assert {f"{name}.log" for name in held.traces} == held.logs.keys()
    for name, log in held.logs.items():
        assert log, f"{name} is empty"
        secrets = {SPEAKER, LISTENER, held.room} | sought
        assert [secret for secret in secrets if secret.casefold() in log.casefold()] == [], name
