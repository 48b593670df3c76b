"""What an operator does while people talk, on PostgreSQL and with two workers: new passwords, new processes."""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import redis
from redis.asyncio import Redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.media.rtp import RTP_RATE
from app.media.sender import frames
from app.running import secrets
from ops.road.callers import Call, Exchange, voice
from ops.road.said import Said
from tasks.logs import room_digest
from tests.support.feeds import feed
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.stack import ROOT, Stack, temporary_folder
from tests.support.waiting import until
from tests.support.web_server import csrf_of, join_form

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPOKEN = ("en_LJ001-0011", "en_LJ001-0009", "en_ls_1272_quilter")
SILENCE = np.zeros(RTP_RATE * 7 // 10, np.int16)
"""After each, sent as packets, so that every pause between packets is one that should not be."""
GAP = 0.5
"""Seconds without a packet that would be heard; less is the jitter of a busy machine."""
WORKERS = ("worker", "worker2")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(postgres: Postgres) -> AsyncIterator[Stack]:
    """Every process, a second worker among them, with a database whose password is in the secrets."""
    url = make_url(await postgres.create_database())
    tenant = url._replace(username=f"{url.database}_owner", password=None)
    with temporary_folder() as folder:
        system = Stack(Path(folder), DATABASE_URL=tenant.render_as_string())
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            password = system.env["DATABASE_PASSWORD"]
            await connection.execute(text(f"CREATE ROLE {tenant.username} LOGIN PASSWORD '{password}'"))
            await connection.execute(text(f"ALTER DATABASE {url.database} OWNER TO {tenant.username}"))
            await connection.execute(text(f"GRANT ALL ON SCHEMA public TO {tenant.username}"))
        await engine.dispose()
        system.env["WORKER2_METRICS_PORT"] = str(free_port())
        system.lines["worker2"] = f"export WORKER_METRICS_PORT=$WORKER2_METRICS_PORT; {system.lines['worker']}"
        async with system:
            yield system


class Ear(asyncio.DatagramProtocol):
    """Somebody who hears the original voice: when packets came, and their numbers."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, int]] = []
        self.late = 0.0
        """Seconds that this program, which also speaks, was itself held up at most."""

    async def notice_lateness(self) -> None:
        """See how late a tick comes, for ever."""
        while True:
            due = time.monotonic() + 0.02
            await asyncio.sleep(0.02)
            self.late = max(self.late, time.monotonic() - due)

    def datagram_received(self, data: bytes, _: object) -> None:
        """One packet; RTCP is passed over."""
        if not 192 <= data[1] <= 223:
            self.heard.append((time.monotonic(), struct.unpack_from("!H", data, 2)[0]))

    def longest_silence(self) -> float:
        """Seconds between two packets."""
        return max(later - earlier for (earlier, _), (later, _) in itertools.pairwise(self.heard))

    def lost(self) -> int:
        """Packets that never came."""
        numbers = [number for _, number in self.heard]
        return sum((later - earlier - 1) % 65536 for earlier, later in itertools.pairwise(numbers))


@dataclass
class Reader:
    """Somebody who reads along in Portuguese and comes back whenever the feed ends, as pages do."""

    came: dict[tuple[str, str], float] = field(default_factory=dict)
    """When each final caption came, epoch seconds, by segment and language."""
    doubled: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    """What was said, by segment."""

    async def follow(self, client: httpx.AsyncClient, code: str) -> None:
        """Read for ever."""
        last = ""
        while True:
            with suppress(httpx.TransportError, AssertionError, StopAsyncIteration):
                async with feed(client, code, "?format=json&lang=pt", last) as events:
                    async for event in events:
                        last = event.id or last
                        self._take(json.loads(event.data))
            await asyncio.sleep(0.2)

    def _take(self, caption: dict[str, Any]) -> None:
        if caption["final"]:
            key = (caption["segment"], caption["language"])
            self.doubled += key in self.came
            self.came[key] = time.time()
            if caption["language"] == caption["source_language"]:
                self.texts[caption["segment"]] = caption["text"]


@dataclass
class Talk:
    """A call of two, of whom one speaks English without a pause, with somebody who hears and somebody who reads."""

    stack: Stack
    call: Call
    ear: Ear = field(default_factory=Ear)
    reader: Reader = field(default_factory=Reader)
    said: Said = field(default_factory=Said)
    spoken: list[str] = field(default_factory=list)
    enough: bool = False

    async def speak(self) -> None:
        """Sentence after sentence until it is enough."""
        for name in itertools.cycle(SPOKEN):
            if self.enough:
                return
            self.spoken.append(name)
            await self.call.callers[0].sender.play(frames(np.concatenate([voice(name), SILENCE]), RTP_RATE))

    async def read_on(self, within: float = 40.0) -> float:
        """Wait for the translation of something that ends from now on; how many seconds that took."""
        now = time.time()

        async def so() -> bool:
            return any(
                one.timeline.speech_end > now and (one.segment, "pt") in self.reader.came for one in self.said.captions
            )

        return await until(so, within)

    def closed(self) -> set[str]:
        """Every segment that the bridge has closed in this room, but for those in which a worker heard no words."""
        room = room_digest(None, "", {"room": self.call.code})["room"]
        logs = [self.stack.log(name) for name in ("bridge", *WORKERS)]
        rows = [json.loads(line) for log in logs for line in log.splitlines() if line.startswith("{")]
        ours = [row for row in rows if row.get("room") == room]
        empty = {row["segment"] for row in ours if row["event"] == "segment.no_caption"}
        return {row["segment"] for row in ours if row["event"] == "segment.closed"} - empty

    def delays(self, since: float = 0.0) -> list[float]:
        """Seconds from the end of speech until a caption was read, of what was said from a moment on."""
        return [
            self.reader.came[one.segment, one.language] - one.timeline.speech_end
            for one in self.said.captions
            if one.timeline.speech_end >= since and (one.segment, one.language) in self.reader.came
        ]

    async def ends(self) -> None:
        """Let the sentence come to its end, and wait until everything that was said has been read."""

        def owed() -> set[tuple[str, str]]:
            return {(one, language) for one in self.closed() for language in ("en", "pt")} - self.reader.came.keys()

        async def so() -> bool:
            return not owed()

        with suppress(TimeoutError):
            await until(so, 40)
        assert owed() == set(), "no caption is lost"


@asynccontextmanager
async def talk(stack: Stack) -> AsyncIterator[Talk]:
    """The call, until the end of the block."""
    async with AsyncExitStack() as leaving:
        exchange = await leaving.enter_async_context(Exchange(stack))
        one = Talk(stack, await leaving.enter_async_context(exchange.call(2)))
        client = await leaving.enter_async_context(httpx.AsyncClient(base_url=stack.url, timeout=30))
        await client.get("/")
        joined = await client.post(f"/rooms/{one.call.code}/join", data=join_form(csrf_of(client)))
        assert joined.status_code == 303, joined.text
        ears, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: one.ear, ("127.0.0.1", 0))
        leaving.callback(ears.close)
        await exchange.let_hear(one.call.callers[0], ears.get_extra_info("sockname")[1])
        store = Redis.from_url(stack.redis_url)
        leaving.push_async_callback(store.aclose)
        for work in (one.reader.follow(client, one.call.code), one.said.follow(store), one.ear.notice_lateness()):
            leaving.callback(asyncio.create_task(work).cancel)
        speaking = asyncio.create_task(one.speak())
        leaving.callback(speaking.cancel)
        await one.read_on()
        yield one
        one.enough = True
        await speaking
        await one.ends()


async def command(stack: Stack, *words: str) -> str:
    """What a command prints; whoever starts a process after it has the secrets as they are then."""
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env=stack.env,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    stack.env |= secrets.read(stack.folder / "secrets.env")
    return result.stdout


async def restart(stack: Stack, name: str) -> None:
    """Restart a process and wait until it does its work."""
    await stack.restart(name)
    port = {"web": "WEB_PORT", "bridge": "BRIDGE_PORT", "worker": "WORKER_METRICS_PORT"}.get(
        name, "WORKER2_METRICS_PORT"
    )
    path = "metrics" if name in WORKERS else "health"
    async with httpx.AsyncClient(timeout=5) as client:

        async def answers() -> bool:
            with suppress(httpx.TransportError):
                return (await client.get(f"http://127.0.0.1:{stack.env[port]}/{path}")).is_success
            return False

        print(f"{name}: answers after {await until(answers):.1f} s")


async def test_passwords_and_processes_are_exchanged_while_people_talk(stack: Stack) -> None:
    async with talk(stack) as held:
        old = stack.redis_url
        await command(stack, "secrets", "rotate", "redis")
        for name in (*WORKERS, "web", "bridge"):
            await restart(stack, name)
        print(f"captions again after {await held.read_on():.1f} s")
        await command(stack, "secrets", "retire")
        with redis.Redis.from_url(old) as late, pytest.raises(redis.AuthenticationError):
            late.ping()
        await command(stack, "secrets", "rotate", "database")
        await restart(stack, "web")
        print(f"captions again after {await held.read_on():.1f} s")
        assert "0 failed" in await command(stack, "doctor")
    delays = sorted(held.delays())
    print(
        f"silence {held.ear.longest_silence():.3f} s, our own {held.ear.late:.3f} s; {len(delays)} captions: {delays}"
    )
    assert held.ear.lost() == 0
    assert held.ear.longest_silence() < GAP + held.ear.late
    assert held.reader.doubled == 0
    await trace_shows_every_stage(stack, [segment for segment, language in held.reader.came if language == "pt"][-3])


async def trace_shows_every_stage(stack: Stack, segment: str) -> None:
    """`jbcalling trace` follows a segment through the logs of the processes that had it."""
    shown = await command(stack, "trace", f"u-{segment}", *(str(stack.folder / f"{name}.log") for name in stack.lines))
    print(shown)
    stages = ("speech ends", "segment.closed", "segment.sent", "transcription ends", "translation ends (pt)")
    places = [shown.index(stage) for stage in (*stages, "caption.stored")]
    assert {line.split()[2] for line in shown.splitlines()[1:]} == {"bridge", "worker", "web"}
    assert places[0] < min(places[1:]), "in the order in which it happened"
    assert places[3] < places[4] < places[5]
