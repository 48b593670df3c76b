"""`make update`: the guide's sections on updating and going back, command by command, in the middle of a call.

One machine with PostgreSQL, two workers and two light callers, one of whom always speaks; it begins with the version
before this one (`ops.harness.versions.previous`). What systemd would do is done to the processes themselves. Prints a
table and writes var/update.json. `--hosts 3`: on those of `make machines` (`ops.measure.machines.updating`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis

from app.supervisor.runner import ROOT
from ops.harness import guide, versions
from ops.harness.callers import TURN_GAP_SECONDS, Call, Exchange
from ops.harness.finals import Finals, follow_finals, stored, twice
from ops.harness.machines import world
from ops.harness.postgres import postgres_server
from ops.harness.stack import Stack, temporary_folder
from ops.harness.waiting import until
from ops.measure import signals
from ops.measure.figures import machine, write
from ops.measure.load import SETTLE_SECONDS, UNCACHED
from tasks.wire import queues

LIMIT_SECONDS: Final = 1_800.0
"""For three machines."""
SPEAK_SECONDS: Final = 20.0
"""Of the call before each section, and after the last one."""
PROGRAMS: Final = ("cd", "git", "make", "systemctl", "jbcalling")
LOOK_UP: Final = 'git() { [ "$1" = ls-tree ] && command git "$@" || printf "told:%s\\n" "git $*"; }'
"""What the guide asks of the old version is looked up, and not told."""
WORKERS: Final = {"1": "worker", "2": "worker2"}


class Sound(asyncio.DatagramProtocol):
    """What listeners get of the original voices; keeps the longest time between two packets."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.monotonic()

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        """One packet."""
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now


class Span(NamedTuple):
    """A recording that was spoken; seconds since the epoch."""

    began: float
    ended: float


class Machine:
    """A server whose processes are those of a `Stack`."""

    def __init__(self, stack: Stack, old: Path) -> None:
        self._stack = stack
        self._old = old
        self.said = ""
        """What the last `jbcalling` printed."""

    async def do(self, words: list[str]) -> None:
        """One command of the guide."""
        match words:
            case ["git", "pull"]:
                self._stack.use(ROOT)
            case ["git", "checkout", _]:
                self._stack.use(self._old)
            case ["systemctl", how, *units]:
                await asyncio.gather(*(self._unit(how, unit) for unit in units))
            case ["jbcalling", *rest]:
                self.said = await asyncio.to_thread(self._jbcalling, rest)
            case ["cd", _] | ["make", "setup"] | ["git", "fetch", "--tags"]:
                pass  # setup has been done for both
            case _:
                raise ValueError(f"The guide says {words}, and nobody has told how to do that here")

    def _jbcalling(self, words: list[str]) -> str:
        program = [sys.executable, "-m", "app.commands.cli", *words]
        done = subprocess.run(
            program, cwd=ROOT, env=self._stack.env, input="y\n", text=True, check=True, stdout=subprocess.PIPE
        )
        return done.stdout

    async def _unit(self, how: str, unit: str) -> None:
        name, _, instance = unit.removeprefix("jbcalling-").partition("@")
        process = WORKERS[instance] if instance else name
        if how in ("stop", "restart"):
            ending = self._stack.running.pop(process)
            ending.terminate()
            await asyncio.to_thread(ending.wait, 60.0)
        if how in ("start", "restart"):
            if process == "web":
                await self._stack.migrate()
            self._stack.start(process)
        if instance:
            await self.loaded()

    async def loaded(self) -> None:
        """Both workers have all that they load."""
        async with Redis.from_url(self._stack.redis_url) as redis:

            async def so() -> bool:
                beats = await queues.workers(redis)
                return len(beats) == len(WORKERS) and not any(beat.loading for beat in beats)

            await until(so, 120.0)


async def talk(call: Call, spoken: list[Span]) -> None:
    """One after the other speaks, for ever."""
    for caller in itertools.cycle(call.callers):
        began = time.time()
        await caller.say_next()
        spoken.append(Span(began, time.time()))
        await asyncio.sleep(TURN_GAP_SECONDS)


async def measure(version: str, old: Path, url: str, folder: Path) -> dict[str, Any]:
    """Update and go back."""
    stack = Stack(folder, DATABASE_URL=url, **UNCACHED)
    stack.lines["worker2"] = stack.lines["worker"]
    stack.use(old)
    finals: Finals = {}
    spoken: list[Span] = []
    rows: list[dict[str, Any]] = []
    async with stack, Exchange(stack) as exchange, AsyncExitStack() as over:
        server = Machine(stack, old)
        await server.loaded()
        call = await over.enter_async_context(exchange.call(2))
        transport, sound = await asyncio.get_running_loop().create_datagram_endpoint(Sound, ("127.0.0.1", 0))
        over.callback(transport.close)
        for caller in call.callers:
            await exchange.copy_voice(caller, transport.get_extra_info("sockname")[1])
        for work in (follow_finals(stack, call.code, finals), talk(call, spoken)):
            over.callback(asyncio.create_task(work).cancel)
        for heading in ("Updating", "Going back"):
            before = time.time()
            await asyncio.sleep(SPEAK_SECONDS)
            (code,) = guide.blocks("operations.md", heading)
            steps = guide.commands(code.replace("v0.1.0", version), PROGRAMS, LOOK_UP)
            sound.longest, began = 0.0, time.time()
            for words in steps:
                await server.do(words)
            await stack.ready()
            ended = time.time()
            await asyncio.sleep(SPEAK_SECONDS)
            rows.append(
                {
                    "section": heading,
                    "commands": [" ".join(words) for words in steps],
                    "took_s": round(ended - began, 1),
                    "original_silence_s": round(sound.longest, 1),
                    "said": server.said.splitlines(),
                    "windows": {"before": (before, began), "meanwhile": (began, ended + SPEAK_SECONDS / 2)},
                }
            )
        await asyncio.sleep(SETTLE_SECONDS)
        kept = await stored(stack, call.code)
    for row in rows:
        windows = row.pop("windows")
        row["in_no_caption"] = {
            name: round(uncovered(spoken, finals, first, last) / (last - first), 2)
            for name, (first, last) in windows.items()
        }
        print(line(row), flush=True)
    return {
        "rows": rows,
        "captions": len(finals),
        "lost": len(finals.keys() - {*kept}),
        "doubled": len(kept) - len({*kept}) + twice(finals),
    }


def uncovered(spoken: list[Span], finals: Finals, first: float, last: float) -> float:
    """Seconds of speech between two moments that are in no caption."""
    heard = sorted(
        (caption.timeline.speech_start, caption.timeline.speech_end) for caption in finals.values() if caption.is_source
    )
    missing = 0.0
    for began, ended in spoken:
        at, end = max(began, first), min(ended, last)
        for start, stop in heard:
            if stop > at and start < end:
                missing += max(0.0, start - at)
                at = max(at, stop)
        missing += max(0.0, end - at)
    return missing


def line(row: dict[str, Any]) -> str:
    """One row for reading."""
    missed = row["in_no_caption"]
    return (
        f"{row['section']:<12}{len(row['commands']):>4} commands in {row['took_s']:.0f} s; original silent for "
        f"{row['original_silence_s']:.1f} s at most; in no caption, pauses included: {missed['meanwhile']:.0%} of the "
        f"time, {missed['before']:.0%} before"
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, choices=(1, 3), default=1, help="machines that are updated")
    parser.add_argument("--from", dest="version", metavar="VERSION", help="the older one, if not the one before")
    asked = parser.parse_args()
    try:
        version = asked.version or versions.previous()
        if asked.hosts > 1:
            sys.exit(world.hold(["-m", "ops.measure.machines.updating", version], LIMIT_SECONDS))
    except (versions.NoVersionError, world.NoWorldError) as error:
        sys.exit(str(error))
    with temporary_folder() as folder, postgres_server() as server:
        try:
            old = versions.unpack(version, Path(folder) / "old")
        except versions.NoVersionError as error:
            sys.exit(str(error))
        print(f"From {version} to this one and back", flush=True)
        (Path(folder) / "var").mkdir()
        url = asyncio.run(server.create_database())
        found = signals.run(measure(version, old, url, Path(folder) / "var"))
    print(f"{found['captions']} captions, {found['lost']} lost, {found['doubled']} doubled")
    write("update", {"machine": machine(), "from": version, **found})
    if found["lost"] or found["doubled"]:
        sys.exit("Captions were lost or doubled.")


if __name__ == "__main__":
    main()
