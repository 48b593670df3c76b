"""Two real bridges on one SFU and one Redis: they share the rooms, take over, and never both serve one."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import httpx
import redis
from websockets.asyncio.client import connect

from app.auth.tokens import ParticipantMeta, participant_token
from app.media.bridge.leases import LEASE_SECONDS, ROUND_SECONDS
from ops.harness.metrics import figure, scrape
from ops.harness.redis_server import redis_server
from ops.harness.sfu import Sfu
from ops.harness.waiting import until
from tests.media.bridge.world import Visitor
from tests.support.bridge_process import BridgeProcess, finals

ROOMS = ("room-a", "room-b")


class Pair:
    """Two bridges and two rooms with a recorded speaker each."""

    def __init__(self, sfu: Sfu, store: redis.Redis, first: BridgeProcess, second: BridgeProcess) -> None:
        self.sfu = sfu
        self.store = store
        self.bridges = (first, second)

    async def rooms_of(self, bridge: BridgeProcess) -> int:
        """How many rooms a bridge serves; -1 while it does not answer."""
        async with httpx.AsyncClient(timeout=2) as client:
            try:
                answer = await client.get(f"http://127.0.0.1:{bridge.port}/health")
            except httpx.TransportError:
                return -1
            rooms: int = json.loads(answer.text)["rooms"]
            return rooms

    async def taps(self) -> int:
        """Tracks that the SFU sends to bridges."""
        return int(figure(await scrape(f"http://127.0.0.1:{self.sfu.port}"), "sfu_consumers", use="tap"))

    async def tapped(self, count: int) -> None:
        """Wait until the SFU sends so many tracks to bridges: a tap is taken down after its room is given up."""

        async def so() -> bool:
            return await self.taps() == count

        await until(so, within=10)

    async def spoken(self, count: int, room: str, since: float) -> None:
        """Wait until so many segments of a room that began after `since` are with the workers."""

        async def enough() -> bool:
            return count <= sum(one.room == room and one.timeline.speech_start > since for one in finals(self.store))

        await until(enough)

    async def shared(self, first: int, second: int, within: float = 30.0) -> float:
        """Wait until the bridges serve so many rooms; how long it took. Below 0: whatever it is."""

        async def so() -> bool:
            wanted = zip(self.bridges, (first, second), strict=True)
            return all([await self.rooms_of(bridge) == rooms for bridge, rooms in wanted if rooms >= 0])

        return await until(so, within)

    def overlapping(self) -> list[str]:
        """Segments whose speech another segment of the same room has, too."""
        by_room = [[one for one in finals(self.store) if one.room == room] for room in ROOMS]
        pairs = [pair for segments in by_room for pair in pairwise(segments)]
        return [b.id for a, b in pairs if b.timeline.speech_start < a.timeline.speech_end - 0.05]


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    sfu = Sfu()
    await asyncio.to_thread(sfu.start)
    try:
        with redis_server() as server, redis.Redis.from_url(server.url) as store:
            args = (server.url, sfu.port, sfu.secret)
            with BridgeProcess(*args) as first, BridgeProcess(*args) as second:
                one = Pair(sfu, store, first, second)
                await one.shared(0, 0, within=40)
                async with AsyncExitStack() as visits:
                    for room in ROOMS:
                        meta = ParticipantMeta(
                            name="V", speak="pt", read="pt", hear="pt", recording="demo-en", recording_id=f"rec-{room}"
                        )
                        token = participant_token(sfu.secret, room=room, participant=f"v-{room}", meta=meta)
                        await Visitor(await visits.enter_async_context(connect(sfu.url))).hello(token)
                    yield one
    finally:
        sfu.stop()


async def test_bridges_share_rooms_and_take_over_from_one_that_is_killed_or_frozen() -> None:
    async with pair() as one:
        first, second = one.bridges
        await one.shared(1, 1)
        for room in ROOMS:
            await one.spoken(1, room, 0.0)
        assert await one.taps() == 2

        second.signal(signal.SIGSTOP)
        frozen = time.time()
        assert await one.shared(2, -1) < LEASE_SECONDS + ROUND_SECONDS + 3
        for room in ROOMS:
            await one.spoken(1, room, frozen + LEASE_SECONDS)
        second.signal(signal.SIGCONT)
        await one.shared(2, 0)
        await one.tapped(2)  # the one that woke up does not go on listening beside its successor

        first.signal(signal.SIGKILL)
        killed = time.time()
        assert await one.shared(-1, 2) < LEASE_SECONDS, "the SFU knows at once that it is gone"
        for room in ROOMS:
            await one.spoken(1, room, killed)
        assert not one.overlapping(), "nobody's words are transcribed twice"
