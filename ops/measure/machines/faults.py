"""What `make machines` breaks: a host with all that runs on it, a database, a link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ops.harness.machines.calls import hearing_worker
from ops.harness.machines.host import do
from ops.harness.machines.installation import EDGE, MEDIA, WORKER, Machines
from ops.harness.machines.standby import Standby

DATABASE_AWAY_SECONDS: Final = 10.0
LINK_BAD_SECONDS: Final = 20.0
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


def _lossy(percent: int) -> Act:
    async def act(machines: Machines) -> str:
        """Both ways, at the edge's end of the private network."""
        edge = machines.hosts[EDGE]
        rules = "".join(
            f'  chain {hook} {{ type filter hook {hook} priority -300; {word} "eth1" '
            f"numgen random mod 100 < {percent} drop; }}\n"
            for hook, word in (("input", "iifname"), ("output", "oifname"))
        )
        edge.do("nft", "-f", "-", given=f"table inet bad {{\n{rules}}}\n")
        await asyncio.sleep(LINK_BAD_SECONDS)
        edge.do("nft", "delete", "table", "inet", "bad")
        return ""

    return act


def _slow(milliseconds: int) -> Act:
    async def act(machines: Machines) -> str:
        edge = machines.hosts[EDGE]
        outer = next(edge.outer(cable) for cable in edge.cables if cable.interface == "eth1")
        do("tc", "qdisc", "add", "dev", outer, "root", "netem", "delay", f"{milliseconds}ms")
        await asyncio.sleep(LINK_BAD_SECONDS)
        do("tc", "qdisc", "delete", "dev", outer, "root")
        return ""

    return act


def slows() -> bool:
    """Whether this kernel can delay packets."""
    try:
        do("ip", "link", "add", "name", "tried", "type", "dummy")
        do("tc", "qdisc", "add", "dev", "tried", "root", "netem", "delay", "1ms")
    except RuntimeError:
        return False
    finally:
        with suppress(RuntimeError):
            do("ip", "link", "delete", "dev", "tried")
    return True


async def _redis_taken_over(machines: Machines) -> str:
    second = Standby(machines.hosts[EDGE], machines.hosts[WORKER], machines.secrets)
    await second.follow()
    await second.take_over()
    return ""


FAULTS: Final = (
    Fault("a worker's host dies, hearing somebody", EDGE, "the other worker: no heartbeats for 1 s", _worker_dies),
    Fault("an SFU's host dies, a worker with it", MEDIA, "web: no answer for 3 s; pages, told by web", _sfu_dies),
    Fault("the database dies for 10 s", EDGE, "web: finals wait in the stream", _database_away),
    Fault("edge-workers: 5 % of packets lost", EDGE, "nobody: TCP repeats", _lossy(5)),
    Fault("edge-workers: 200 ms more, one way", EDGE, "the ladder, by age and lag", _slow(200)),
    Fault("Redis dies, a replica takes over", EDGE, "bridge and web, at once", _redis_taken_over),
)
