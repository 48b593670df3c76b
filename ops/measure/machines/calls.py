"""Calls over the machines: light callers beside an SFU, a browser at home that listens to them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext
from typing import Any, Final, NamedTuple

from playwright.async_api import Browser
from redis.asyncio import Redis

from ops.harness.callers import SPOKEN, Exchange, Seat
from ops.harness.machines.addresses import EDGE, MEDIA, ROUTER, SFUS, SITE, TURN, WORKER
from ops.harness.machines.installation import Machines, OnMachine
from ops.harness.machines.turn import nothing_but_443
from ops.harness.machines.walls import NotSoError
from ops.harness.people import PATHS, Person
from ops.harness.published import Published, drops
from ops.measure import processes
from ops.measure.figures import in_short, percentiles
from ops.measure.load import SETTLE_SECONDS, ladder

LINKS: Final = (
    (EDGE, "eth0"),
    (EDGE, "eth1"),
    (WORKER, "eth1"),
    (MEDIA, "eth0"),
    (MEDIA, "eth1"),
    (ROUTER, "lan"),
    (TURN, "eth0"),
)
"""Cables whose bytes are told: public, private, and those of the home and the relay."""
RELAYED: Final = ["relay", "udp", "tls"]
"""How a page that reaches nothing but port 443 is connected: to the relay by TLS, and from there to the SFU."""
STAGES: Final = ("source caption", "translated caption", "clip")


class Held(NamedTuple):
    """A call that is to be held."""

    sfu: str
    """The machine whose SFU has it."""
    languages: tuple[str, ...] = SPOKEN
    """Of its light callers: what each speaks, reads and hears."""
    relayed: bool = False
    """Whether the browser's router lets out nothing but connections to port 443, so that it needs the TURN server."""


CALLS: Final = (Held(EDGE, (*SPOKEN, "vi")), Held(MEDIA), Held(EDGE, relayed=True))
"""One on each SFU, the first in three languages, and one by way of the relay."""


async def light_call(machines: Machines, held: Held, seconds: float, opened: Callable[[str], None]) -> dict[str, Any]:
    """Light callers in a room that is placed on a machine's SFU; runs in that machine's network.

    `opened` is told the room's code.
    """
    stack, published = OnMachine(machines), Published()
    redis = Redis.from_url(stack.redis_url)
    async with AsyncExitStack() as over:
        over.push_async_callback(redis.aclose)
        exchange = await over.enter_async_context(Exchange(stack))
        seats = [Seat(language) for language in held.languages]
        call = await over.enter_async_context(exchange.seated(seats, on=SFUS[held.sfu]))
        opened(call.code)
        following = asyncio.create_task(published.follow(redis))
        over.callback(following.cancel)
        await asyncio.sleep(10.0)  # the browser comes in, and its dubs are there
        before, lost, began = processes.read(stack), await drops(stack), time.monotonic()
        await call.take_turns(began + seconds)
        spoken = time.monotonic()
        used = processes.between(before, processes.read(stack))
        await asyncio.sleep(SETTLE_SECONDS)
        dropped = await drops(stack)
        dropped.subtract(lost)
        if following.done():
            following.result()
        return {
            "sfu": held.sfu,
            "languages": list(held.languages),
            "seconds": round(spoken - began, 1),
            "captions": dict(Counter(caption.language for caption in published.captions if caption.is_source)),
            "lag_ms": {stage: percentiles(values) for stage, values in published.lags().items()},
            "counts": {what: count for what, count in sorted(dropped.items()) if count},
            "ladder": ladder([call], began, spoken),
            "processes": used,
        }


async def hold(machines: Machines, browser: Browser, call: Held, seconds: float) -> dict[str, Any]:
    """One row: light callers beside an SFU, and a browser at home that reads and hears them in Portuguese.

    Raises:
        NotSoError: nothing came to the browser, or by another way, or somebody was not heard.
    """
    with nothing_but_443(machines.hosts[ROUTER]) if call.relayed else nullcontext():
        row = await _held(machines, browser, call, seconds)
    if call.relayed and row["paths"] != [RELAYED]:
        raise NotSoError(f"the browser was connected by {row['paths']}")
    if unheard := set(call.languages) - row["captions"].keys():
        raise NotSoError(f"nothing of what was said in {', '.join(sorted(unheard))} was captioned")
    return row | {"relayed": call.relayed}


async def _held(machines: Machines, browser: Browser, call: Held, seconds: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    room: asyncio.Future[str] = loop.create_future()
    before = crossed(machines)

    def opened(code: str) -> None:
        loop.call_soon_threadsafe(room.set_result, code)

    holding = machines.hosts[call.sfu].inside().begin(light_call(machines, call, seconds, opened))
    waited: list[asyncio.Future[Any]] = [room, holding]
    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    if not room.done():
        holding.result()
    person = await Person.join(
        browser, f"{SITE}/rooms/{room.result()}", "Bruno", speak="pt", read="pt", hear="pt", scripts=(PATHS,)
    )
    try:
        row = await holding
        lines = await person.lines()
        dubs = await person.onsets()
        paths = await person.page.evaluate("window.__paths()")
    finally:
        await person.leave()
    after = crossed(machines)
    row |= {
        "read": len(lines),
        "dubs_heard": len(dubs),
        "page_errors": person.errors,
        "paths": [list(path) for path in sorted({tuple(path) for path in paths})],
        "crossed_kb": {link: round((after[link] - before[link]) / 1_000) for link in before},
    }
    if not lines or not dubs:
        raise NotSoError(f"the browser read {len(lines)} lines and heard {len(dubs)} dubs: {person.errors}")
    return row


def crossed(machines: Machines) -> dict[str, int]:
    """Cable → bytes that have gone over it both ways."""
    return {f"{name} {interface}": sum(machines.hosts[name].crossed()[interface]) for name, interface in LINKS}


HEAD: Final = (
    f"{'SFU':<10}{'speak':<10}{'caption':>14}{'translated':>14}{'dubbed clip':>14}{'voice':>7}{'lines':>7}{'dubs':>6}"
    f"{'home':>9}{'edge-workers':>14}{'worker-3':>10}{'relay':>8}  reasons"
)


def line(row: dict[str, Any]) -> str:
    """One row for reading: ms as median/p95, share of time dubbed, what the browser got, KB over cables."""
    kb = row["crossed_kb"]
    lags = "".join(f"{in_short(row['lag_ms'][stage]):>14}" for stage in STAGES)
    cells = f"{row['sfu']:<10}{' '.join(row['languages']):<10}{lags}"
    cells += f"{row['ladder']['share_of_time'].get('voice', 0):>7.0%}{row['read']:>7}{row['dubs_heard']:>6}"
    cells += f"{kb[f'{ROUTER} lan']:>9}{kb[f'{EDGE} eth1']:>14}{kb[f'{MEDIA} eth0']:>10}{kb[f'{TURN} eth0']:>8}"
    return cells + "  " + ", ".join(f"{reason} {share:.0%}" for reason, share in row["ladder"]["reasons"].items())
