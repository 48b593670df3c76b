"""Who gets which room: real Redis, and an SFU that only keeps fences."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec

from app.cancellation import end
from app.media.bridge.leases import Leases
from ops.harness.redis_server import RedisServer, redis_server
from tasks.wire import keys
from tasks.wire.redis_client import connect_async

A = TypeVar("A")
ROOMS = ("r1", "r2", "r3", "r4")


class Arbiter:
    """What the SFU remembers of claims (`Room.claim` in app/media/sfu/room.js)."""

    connected = True

    def __init__(self) -> None:
        self.fences: dict[str, int] = {}

    async def request(self, method: str, data: dict[str, Any], answer: type[A]) -> A:
        """A claim."""
        assert method == "claim"
        self.fences[data["room"]] = max(self.fences.get(data["room"], 0), data["fence"])
        return msgspec.convert({"fence": self.fences[data["room"]]}, answer)


class Side:
    """One bridge's leases, running."""

    def __init__(self, name: str, url: str, arbiter: Arbiter, rooms: list[str]) -> None:
        self.name = name
        self.changed = asyncio.Event()
        self.redis = connect_async(url, socket_connect_timeout=0.3, socket_timeout=0.3)
        self.leases = Leases(self.redis, arbiter, name, lambda: rooms, self.changed.set)  # type: ignore[arg-type]
        self.task = asyncio.create_task(self.leases.run())

    @property
    def held(self) -> set[str]:
        """Rooms it serves."""
        return {room for room in ROOMS if self.leases.fence(room) > 0}

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for a change that makes it so."""
        async with asyncio.timeout(20):
            while not true():
                self.changed.clear()
                await self.changed.wait()

    async def stop(self) -> None:
        """As a bridge that is told to end."""
        await end([self.task], again=2.0)  # it lets go of its leases first
        await self.redis.aclose()


@asynccontextmanager
async def sides(*names: str) -> AsyncIterator[tuple[RedisServer, Arbiter, list[str], list[Side]]]:
    rooms: list[str] = []
    arbiter = Arbiter()
    with redis_server() as server:
        found = [Side(name, server.url, arbiter, rooms) for name in names]
        for side in found:
            side.leases.set_bridges(list(names))
        yield server, arbiter, rooms, found
        for side in found:
            await side.stop()


async def test_rooms_are_spread_and_a_bridge_that_is_gone_loses_its_own_at_once() -> None:
    async with sides("bridge-a", "bridge-b") as (_, arbiter, rooms, (a, b)):
        for room in ROOMS:
            rooms.append(room)
            for side in (a, b):
                side.leases.look_now()
            await asyncio.wait(
                [asyncio.ensure_future(side.until(lambda: len(a.held | b.held) == len(rooms))) for side in (a, b)],
                return_when=asyncio.FIRST_COMPLETED,
            )
        assert (len(a.held), len(b.held), a.held & b.held) == (2, 2, set())
        lost, before = b.held, dict(arbiter.fences)
        b.task.cancel()  # without a farewell: its leases stay in Redis
        b.leases.forget()
        a.leases.set_bridges(["bridge-a"])
        await a.until(lambda: a.held == set(ROOMS))
        assert all(arbiter.fences[room] > before[room] for room in lost)
        assert all(arbiter.fences[room] == before[room] for room in set(ROOMS) - lost), "nothing else changes hands"


async def test_a_lease_that_somebody_else_has_taken_is_given_up() -> None:
    async with sides("bridge-a", "bridge-b") as (_, _, rooms, (a, b)):
        rooms.append("r1")
        a.leases.look_now()
        await asyncio.wait(
            [asyncio.ensure_future(side.until(lambda: "r1" in a.held | b.held)) for side in (a, b)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        holder, other = (a, b) if a.held else (b, a)
        await holder.redis.set(keys.lease("r1"), f"{other.name} {2**52}", px=60_000)  # as after a long freeze
        holder.leases.look_now()
        await holder.until(lambda: not holder.held)


async def test_fences_rise_even_when_redis_has_forgotten_everything() -> None:
    async with sides("bridge-a") as (server, arbiter, rooms, (a,)):
        rooms.append("r1")
        arbiter.fences["r1"] = 2**52  # of a bridge whose clock was ahead
        a.leases.look_now()
        await a.until(lambda: a.leases.fence("r1") > 0)
        first = a.leases.fence("r1")
        assert first > 2**52
        await a.redis.flushall()
        rooms.clear()
        a.leases.look_now()
        await a.until(lambda: not a.held)
        rooms.append("r1")
        a.leases.look_now()
        await a.until(lambda: a.leases.fence("r1") > 0)
        server.stop()
        a.leases.look_now()
        rooms.append("r2")
        await a.until(lambda: a.leases.fence("r2") > 0)
        assert a.held == {"r1", "r2"}, "while Redis is away, the only bridge keeps what it has and takes what comes"
