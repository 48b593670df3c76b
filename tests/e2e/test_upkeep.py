"""What an operator does while people talk, on PostgreSQL and with two workers: new passwords, new processes."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
import redis
from redis.asyncio import Redis

from app.auth import secrets_file
from app.media.audio.framer import frames
from app.media.audio.rtp import RTP_RATE
from ops.harness.callers import Call, Exchange, voice
from ops.harness.ports import free_port
from ops.harness.published import Published
from ops.harness.stack import ROOT, Stack, temporary_folder
from ops.harness.waiting import until
from ops.harness.web_server import csrf_of, join_form
from tasks.transcripts import EXPIRED
from tasks.wire.logs import room_digest
from tests.support.ear import Ear
from tests.support.feeds import Reader
from tests.support.postgres import Postgres

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPOKEN = ("en_LJ001-0011", "en_cv_651325", "en_fleurs_004")
"""Short ones: what is waited for is the next one's end."""
SILENCE = np.zeros(RTP_RATE * 7 // 10, np.int16)
"""After each, sent as packets: it ends a segment, and leaves no pause between packets."""
NOTICED = 0.5
"""Seconds on its way after which a packet would be missed: what `make chaos` calls a silence is longer. Processes that
start take the processor from everybody; so for how long this one, which hears the voice, had none is allowed on top."""
QUICK = "en=espeak-ng, pt=espeak-ng"
"""The voices that load at once, where others take most of the time that a worker needs to start."""
WORKERS = ("worker", "worker2")
PORTS = {"web": "WEB_PORT", "bridge": "BRIDGE_PORT", "worker": "WORKER_METRICS_PORT", "worker2": "WORKER2_METRICS_PORT"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(postgres: Postgres) -> AsyncIterator[Stack]:
    """Every process, a second worker among them, with a database whose password is in the secrets."""
    with temporary_folder() as folder:
        system = Stack(Path(folder), WORKER2_METRICS_PORT=str(free_port()), SPEAK_WITH=QUICK)
        system.env["DATABASE_URL"] = await postgres.create_owned(system.env["DATABASE_PASSWORD"])
        system.lines["worker2"] = f"export WORKER_METRICS_PORT=$WORKER2_METRICS_PORT; {system.lines['worker']}"
        async with system:
            for name in WORKERS:
                await answers(system, name)
            yield system


@dataclass
class Talk:
    """A call of two, of whom one speaks English without a pause, with somebody who hears and somebody who reads."""

    stack: Stack
    call: Call
    ear: Ear
    reader: Reader = field(default_factory=Reader)
    said: Published = field(default_factory=Published)
    enough: bool = False

    async def speak(self) -> None:
        """Sentence after sentence until it is enough."""
        for name in itertools.cycle(SPOKEN):
            if self.enough:
                return
            sound = frames(np.concatenate([voice(name), SILENCE]), RTP_RATE)
            await self.call.callers[0].sender.play(sound, self.ear.sending)

    async def read_on(self) -> None:
        """Wait until the translation of something that is still being said has been read."""
        now = time.time()

        async def so() -> bool:
            new = [one.segment for one in self.said.captions if one.timeline.speech_end > now]
            return any((segment, "pt") in self.reader.read for segment in new)

        print(f"somebody who reads is up to date after {await until(so):.1f} s")

    async def hear_out(self) -> None:
        """Wait until every packet that was sent has been heard, or never will be."""

        async def so() -> bool:
            return len(self.ear.heard) >= len(self.ear.sent)

        with suppress(TimeoutError):
            await until(so, NOTICED + 5)

    async def read_up(self) -> None:
        """Wait until all that was said has been read, or never will be."""

        async def so() -> bool:
            return not self.owed()

        with suppress(TimeoutError):
            await until(so, 40)

    def owed(self) -> set[tuple[str, str]]:
        """Captions that have not been read: of every segment of this room that the bridge has closed.

        Left out are those in which a worker heard no words.
        """
        room = room_digest(None, "", {"room": self.call.code})["room"]
        logs = [self.stack.log(name) for name in ("bridge", *WORKERS)]
        rows = [json.loads(line) for log in logs for line in log.splitlines() if line.startswith("{")]
        ours = [row for row in rows if row.get("room") == room]
        closed = {row["segment"] for row in ours if row["event"] == "segment.closed"}
        empty = {row["segment"] for row in ours if row["event"] == "segment.no_caption" and row["reason"] != EXPIRED}
        return set(itertools.product(closed - empty, ("en", "pt"))) - set(self.reader.read)


@asynccontextmanager
async def talk(stack: Stack) -> AsyncIterator[Talk]:
    """The call, until the end of the block."""
    async with AsyncExitStack() as leaving:
        exchange = await leaving.enter_async_context(Exchange(stack))
        call = await leaving.enter_async_context(exchange.call(2))
        one = Talk(stack, call, leaving.enter_context(Ear()))
        await exchange.copy_voice(call.callers[0], one.ear.port)
        client = await leaving.enter_async_context(httpx.AsyncClient(base_url=stack.url, timeout=30))
        await client.get("/")
        joined = await client.post(f"/rooms/{call.code}/join", data=join_form(csrf_of(client)))
        assert joined.status_code == 303, joined.text
        store = Redis.from_url(stack.redis_url)
        leaving.push_async_callback(store.aclose)
        for work in (one.reader.follow(client, call.code), one.said.follow(store)):
            leaving.callback(asyncio.create_task(work).cancel)
        speaking = asyncio.create_task(one.speak())
        leaving.callback(speaking.cancel)
        yield one
        one.enough = True  # with this sentence
        await speaking
        await one.hear_out()
        await one.read_up()


async def command(stack: Stack, *words: str) -> str:
    """What a command prints; whoever starts a process after it has the secrets as they are then."""
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "app.commands.cli", *words],
        cwd=ROOT,
        env=stack.env,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    stack.env |= secrets_file.read(stack.folder / "secrets.env")
    return result.stdout


async def answers(stack: Stack, name: str) -> None:
    """Wait until a process does its work."""
    path = "metrics" if name in WORKERS else "health"
    async with httpx.AsyncClient(timeout=5) as client:

        async def so() -> bool:
            with suppress(httpx.TransportError):
                return (await client.get(f"http://127.0.0.1:{stack.env[PORTS[name]]}/{path}")).is_success
            return False

        await until(so)


async def restart(stack: Stack, *names: str) -> None:
    """Restart processes, all at once, and wait until they do their work."""

    async def one(name: str) -> None:
        began = time.monotonic()
        await stack.restart(name)
        ended = time.monotonic()
        await answers(stack, name)
        print(f"{name} has ended after {ended - began:.1f} s and answers {time.monotonic() - ended:.1f} s later")

    await asyncio.gather(*map(one, names))


async def test_passwords_and_processes_are_exchanged_while_people_talk(stack: Stack) -> None:
    async with talk(stack) as held:
        await held.read_on()
        calm, old = len(held.ear.heard), stack.redis_url
        await command(stack, "secrets", "rotate", "redis", "database")
        await restart(stack, "worker", "web")
        await restart(stack, "worker2", "bridge")
        await command(stack, "secrets", "retire")
        with redis.Redis.from_url(old) as late, pytest.raises(redis.AuthenticationError):
            late.ping()
        with redis.Redis.from_url(stack.redis_url) as store:
            store.acl_log_reset()  # Redis notes that attempt, too; nothing else may be there in the end
        await held.read_on()
    assert held.owed() == set(), "no caption is lost"
    assert len(set(held.reader.read)) == len(held.reader.read), "and none comes twice"
    assert held.ear.lost() == 0
    under_way, ours = held.ear.under_way(), max(packet.waited for packet in held.ear.heard)
    print(
        f"{len(under_way)} packets took {max(under_way[:calm]):.3f} s at most before and {max(under_way[calm:]):.3f} s "
        f"meanwhile; this process got to them {ours:.3f} s later at most; {len(held.reader.read)} captions"
    )
    assert max(under_way) < NOTICED + ours
    segment = [segment for segment, language in held.reader.read if language == "pt"][-3]
    found, _ = await asyncio.gather(command(stack, "doctor"), trace_shows_every_stage(stack, segment))
    assert "0 failed" in found


async def trace_shows_every_stage(stack: Stack, segment: str) -> None:
    """`jbcalling trace` follows a segment through the logs of the processes that had it."""
    shown = await command(stack, "trace", f"u-{segment}", *(str(stack.folder / f"{name}.log") for name in stack.lines))
    print(shown)
    stages = ("speech ends", "segment.closed", "segment.sent", "transcription ends", "translation ends (pt)")
    places = [shown.index(stage) for stage in (*stages, "caption.stored language=pt")]
    assert {line.split()[2] for line in shown.splitlines()[1:]} == {"bridge", "worker", "web"}
    assert places[0] < min(places[1:]), "in the order in which it happened"
    assert places[3] < places[4] < places[5]
