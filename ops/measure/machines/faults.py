"""What `make machines` breaks: a host with all that runs on it, a database, a link, what serves pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ops.harness.machines.addresses import EDGE, MEDIA, WORKER
from ops.harness.machines.calls import hearing_worker
from ops.harness.machines.installation import Machines
from ops.harness.machines.link import bad
from ops.harness.machines.standby import Standby

DATABASE_AWAY_SECONDS: Final = 10.0
LINK_BAD_SECONDS: Final = 20.0
RESTART_SECONDS: Final = 1.0
"""`RestartSec` of the units: there is no systemd on these hosts."""
HEARING_WITHIN: Final = 40.0
"""Seconds in which the worker that is to die gets something to hear: two take turns as they are free."""

Act = Callable[[Machines], Awaitable[str]]
"""Strikes, lasts, and mends; the machine that is gone afterwards, "" where none is."""


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    room: str
    """The machine whose SFU has the room."""
    noticed: str
    """Who noticed, and by what."""
    act: Act


async def _worker_dies(machines: Machines) -> str:
    """That which hears what is being said."""
    async with asyncio.timeout(HEARING_WITHIN):
        while (name := await hearing_worker(machines)) is None:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.1)
    await asyncio.to_thread(machines.hosts[name].die)
    return name


async def _sfu_dies(machines: Machines) -> str:
    await asyncio.to_thread(machines.hosts[MEDIA].die)
    return MEDIA


async def _database_away(machines: Machines) -> str:
    await asyncio.to_thread(machines.database.kill)
    await asyncio.sleep(DATABASE_AWAY_SECONDS)
    await asyncio.to_thread(machines.database.start)
    return ""


async def _webs_die(machines: Machines) -> str:
    """One after the other: whoever reads has lost the one that their feed came from."""
    for web in machines.webs():
        await machines.ready()
        await asyncio.to_thread(machines.hosts[EDGE].kill, web.name)
        await asyncio.sleep(RESTART_SECONDS)
        await asyncio.to_thread(machines.start, EDGE, web)
    return ""


def _bad_link(*, milliseconds: float = 0.0, percent: float = 0.0) -> Act:
    async def act(machines: Machines) -> str:
        """Both ways, between the edge and the private network."""
        with bad(machines.hosts[EDGE], "eth1", milliseconds=milliseconds, percent=percent):
            await asyncio.sleep(LINK_BAD_SECONDS)
        return ""

    return act


async def _redis_taken_over(machines: Machines) -> str:
    second = Standby(machines.hosts[EDGE], machines.hosts[WORKER], machines.secrets)
    await second.follow()
    await second.take_over()
    return ""


FAULTS: Final = (
    Fault("a worker's host dies, hearing somebody", EDGE, "the other worker: no heartbeats for 1 s", _worker_dies),
    Fault("an SFU's host dies, a worker with it", MEDIA, "web: no answer for 3 s; pages, told by web", _sfu_dies),
    Fault("the database dies for 10 s", EDGE, "web: finals wait in the stream", _database_away),
    Fault("edge-workers: 5 % of packets lost", EDGE, "nobody: TCP repeats", _bad_link(percent=5)),
    Fault("edge-workers: 200 ms more each way", EDGE, "the ladder, by age and lag", _bad_link(milliseconds=200)),
    Fault("a web dies, then the other", EDGE, "Caddy and pages, at once", _webs_die),
    Fault("Redis dies, a replica takes over", EDGE, "bridge and web, at once", _redis_taken_over),
)
