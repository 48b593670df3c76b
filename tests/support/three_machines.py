"""A call on three machines, of which two die: a program for a world of its own (`ops.harness.machines.world`).

`python -m tests.support.three_machines OUT` writes what it has seen to OUT, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from ops.harness.finals import Finals, follow_finals, twice
from ops.harness.machines import reach, world
from ops.harness.machines.addresses import CALLERS, EDGE, MEDIA, PRIVATE, PUBLIC, ROUTER, TURN, WORKER
from ops.harness.machines.browser import browser_on
from ops.harness.machines.calls import all_loaded, hearing_worker, new_room_on, stored_captions
from ops.harness.machines.installation import Machines, OnMachine
from ops.harness.machines.turn import nothing_but_443
from ops.harness.people import PATHS, WITNESS, Person
from ops.harness.recordings import recordings
from ops.harness.waiting import until

CLIPS = ("en_LJ001-0011", "en_LJ001-0009", "en_LJ001-0019")
INTO_THE_SENTENCE = 1.5
TRIES = 2
"""Sentences more that are said until a dub of one is heard."""
CONNECTED = "document.body.dataset.state === 'connected'"
SEEN_MOVING = """window.__states = [];
new MutationObserver(() => window.__states.push(document.body?.dataset.state))
  .observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });"""


async def held(machines: Machines, browser: Browser, found: dict[str, Any]) -> None:
    """One speaks English, one reads and hears Portuguese, and two of three machines go."""
    url, finals = await new_room_on(machines, MEDIA), Finals()
    room, edge = url.rsplit("/", 1)[1], machines.hosts[EDGE].inside()
    async with AsyncExitStack() as leaving:
        alice = await Person.join(browser, url, "Alice", speak="en", read="en", hear="original")
        leaving.push_async_callback(alice.leave)
        bruno = await Person.join(browser, url, "Bruno", speak="pt", read="pt", hear="pt", scripts=(WITNESS,))
        leaving.push_async_callback(bruno.leave)
        await bruno.page.evaluate(SEEN_MOVING)
        noting = edge.begin(follow_finals(OnMachine(machines), room, finals))
        leaving.callback(noting.cancel)
        clips = [recordings()[name].path.read_bytes() for name in CLIPS]
        await alice.say(clips[0])
        await hear(alice, bruno, clips[0], 0)
        found["all_there"] = {"lines": await texts(bruno), "dubs": len(await bruno.onsets())}

        saying = asyncio.create_task(alice.say(clips[1]))
        await asyncio.sleep(INTO_THE_SENTENCE)
        found["heard_by"] = await hearing_worker(machines)
        await asyncio.to_thread(lose_worker, machines, found["heard_by"])
        await saying
        await hear(alice, bruno, clips[0], found["all_there"]["dubs"])
        found["worker_gone"] = {"lines": await texts(bruno), "dubs": len(await bruno.onsets())}

        talking = asyncio.create_task(again_and_again(alice, clips[2]))
        leaving.callback(talking.cancel)
        await bruno.page.evaluate("window.__listenForSilence()")
        await asyncio.to_thread(machines.hosts[MEDIA].die)
        died = time.monotonic()
        await bruno.wait_for("window.__longestSilence() > 1")
        await bruno.wait_for(f"{CONNECTED} && window.__states.includes('moving')")
        await alice.wait_for(CONNECTED)
        found["moved_s"] = time.monotonic() - died
        await asyncio.sleep(2.0)  # for a silence that goes on
        found["silence_s"] = await bruno.page.evaluate("window.__longestSilence()")
        found["states"] = await bruno.page.evaluate("window.__states")
        kept = Counter(await stored_captions(machines, room))
        found["published"], found["lost"] = len(finals), [" ".join(key) for key in finals if not kept[key]]
        found["doubled"] = sum(count - 1 for count in kept.values()) + twice(finals)


async def behind_a_strict_router(machines: Machines, browser: Browser) -> list[list[str]]:
    """By which ways somebody is in a call whose network lets nothing but port 443 out."""
    url = await new_room_on(machines, MEDIA)
    with nothing_but_443(machines.hosts[ROUTER]):
        person = await Person.join(browser, url, "Carla", speak="pt", read="pt", hear="pt", scripts=(PATHS,))
        await person.wait_for("async () => (await window.__paths()).length > 0")
        paths: list[list[str]] = await person.page.evaluate("window.__paths()")
        await person.leave()
    return paths


async def hear(speaker: Person, listener: Person, clip: bytes, dubs: int) -> None:
    """Wait until all has been read and heard; more where nothing new was, which on a busy machine is too late."""
    for _ in range(TRIES):
        await listener.settled(60.0)
        if len(await listener.onsets()) > dubs:
            return
        await speaker.say(clip)
    await listener.settled(60.0)


def lose_worker(machines: Machines, name: str | None) -> None:
    """The host of the worker that hears, or of the host whose SFU has the call that process alone."""
    if name == WORKER:
        machines.hosts[WORKER].die()
    else:
        machines.hosts[MEDIA].kill("worker@1")


async def texts(reader: Person) -> list[str]:
    """The translations that they have read."""
    return [line.translation for line in await reader.lines()]


async def again_and_again(person: Person, clip: bytes) -> None:
    """Speak until cancelled, or until the page has gone."""
    with suppress(Exception):
        while True:
            await person.say(clip)


async def run(out: Path) -> None:
    """All of it; what has been seen is written down even where something fails."""
    found: dict[str, Any] = {}
    machines, began = Machines(), time.monotonic()
    try:
        await machines.up()
        found["up_s"] = time.monotonic() - began
        home = machines.hosts[CALLERS]
        for name in (EDGE, MEDIA, TURN):
            found[f"open_{name}"] = sorted(await reach.reached(machines.hosts[name], PUBLIC[name], home))
        worker = machines.hosts[WORKER]
        found["open_worker"] = sorted(await reach.reached(worker, PRIVATE[WORKER], machines.hosts[MEDIA]))
        webs = [machines.hosts[EDGE].running[web.name].pid for web in machines.webs()]
        await all_loaded(machines)
        async with browser_on(home) as browser:
            found["strict"] = await behind_a_strict_router(machines, browser)
            await held(machines, browser, found)
        found["crossed"] = {
            "home": sum(machines.hosts[ROUTER].crossed()["lan"]),
            "private": sum(machines.hosts[EDGE].crossed()["eth1"]),
        }
        await asyncio.to_thread(machines.revive, MEDIA)

        async def back() -> bool:
            return all(state.get("sfu", {}).get("state") == "ok" for state in await machines.states())

        found["back_s"] = await until(back, 30.0)
        edge = machines.hosts[EDGE]
        found["same_webs"] = [edge.running[web.name].pid for web in machines.webs()] == webs and not edge.ended()
    finally:
        out.write_text(json.dumps(found))  # noqa: ASYNC240 - at the end
        print(machines.logs(), flush=True)


if __name__ == "__main__":
    world.enter()
    asyncio.run(run(Path(sys.argv[1])))
