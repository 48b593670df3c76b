"""Rooms on the machines as people at home make them, and what the database has of them."""

from __future__ import annotations

from typing import Any

import httpx
from redis.asyncio import Redis

from ops.harness.callers import room_on
from ops.harness.finals import stored
from ops.harness.machines.addresses import CALLERS, EDGE, SFUS, SITE
from ops.harness.machines.installation import Machines, OnMachine
from ops.harness.waiting import until
from tasks.wire import keys, queues


async def new_room_on(machines: Machines, name: str) -> str:
    """The address of a room that is placed on a machine's SFU, made from home."""

    async def make() -> str:
        async with httpx.AsyncClient(base_url=SITE, timeout=30) as client:
            code, _ = await room_on(client, "en", SFUS[name])
        return f"{SITE}/rooms/{code}"

    return await machines.hosts[CALLERS].inside().run(make())


async def stored_captions(machines: Machines, room: str) -> list[tuple[str, str]]:
    """Segment and language of every caption of a room in the edge's database."""
    return await machines.hosts[EDGE].inside().run(stored(OnMachine(machines), room))


async def all_loaded(machines: Machines, within: float = 120.0) -> None:
    """Wait until no worker loads anything any more: one serves long before, what it has.

    Raises:
        TimeoutError: one still does.
    """

    async def so() -> bool:
        async with Redis.from_url(OnMachine(machines).redis_url) as redis:
            return not any(beat.loading for beat in await queues.workers(redis))

    await machines.hosts[EDGE].inside().run(until(so, within))


async def hearing_worker(machines: Machines) -> str | None:
    """The machine whose worker hears what is being said now; None while nobody speaks."""

    async def ask() -> str | None:
        async with Redis.from_url(OnMachine(machines).redis_url) as redis:
            owners: Any = await redis.smembers(keys.OWNERS)
            for owner in owners:
                name = str(owner.decode())
                if await redis.scard(keys.owned(name)):
                    return name
        return None

    name = await machines.hosts[EDGE].inside().run(ask())
    return next((host for host in machines.hosts if name and name.startswith(host)), None)
