"""`make update UPDATE_ARGS="--hosts 3"`: the guide's section on several machines, machine by machine, during a call.

Three hosts (`ops.harness.machines`) with a checkout each, set up from the older version's `jbcalling deploy plan`. What
the guide says with `ssh` is done on the host that it names: git as it stands, what systemctl would do to the unit's
process. A browser at home speaks without a pause, another one reads and hears. Once with the call on each SFU, forward
and back. Prints tables and writes var/update-machines.json.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any, Final, NamedTuple

from playwright.async_api import Browser

from ops.harness import guide, versions
from ops.harness.finals import Finals, follow_finals
from ops.harness.machines import world
from ops.harness.machines.addresses import CALLERS, EDGE, ROLES, SFUS
from ops.harness.machines.browser import browser_on
from ops.harness.machines.calls import all_loaded, new_room_on, stored_captions
from ops.harness.machines.checkouts import Checkouts
from ops.harness.machines.installation import OnMachine
from ops.harness.machines.operator import Operator
from ops.harness.people import WITNESS, Person
from ops.measure.chaos import MAX_RECOVERY_SECONDS, SENTENCES_BEFORE, SILENCE_SECONDS, Speech, figures
from ops.measure.figures import machine, write
from ops.measure.load import UNCACHED
from ops.measure.machines.striking import MAX_SILENCE_SECONDS, well
from ops.measure.update import LOOK_UP, PROGRAMS

SECTION: Final = "Updating several machines"
ABOVE: Final = ("version=", "revision=")
"""What the section takes from the one before it."""


class Step(NamedTuple):
    """What is done on one machine in one go."""

    host: str
    commands: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return " && ".join(" ".join(words) for words in self.commands)


def sections(version: str) -> dict[str, list[Step]]:
    """Direction → the guide's steps, for an older version."""
    forward, back = guide.blocks("operations.md", SECTION)
    (going_back,) = guide.blocks("operations.md", "Going back")
    above = [line for line in going_back.splitlines() if line.startswith(ABOVE)]
    back = "\n".join([*above, back]).replace("v0.1.0", version)
    return {"forward": list(_steps(forward)), "back": list(_steps(back))}


def _steps(code: str) -> Iterator[Step]:
    for _, *words in guide.commands(code, ("ssh",), LOOK_UP):
        host, *told = (word for word in words if word != "-t")
        commands = guide.commands(" ".join(told), PROGRAMS)
        yield Step(host, tuple(map(tuple, commands)))


class Held:
    """A call on the machines, with what has been published of it."""

    def __init__(self, machines: Checkouts, operator: Operator, alice: Person, bruno: Person, finals: Finals) -> None:
        self._machines = machines
        self._operator = operator
        self._people = (alice, bruno)
        self._reader = bruno
        self.speech = Speech(alice)
        self.finals = finals

    async def take(self, step: Step) -> dict[str, Any]:
        """One row: what a step costs."""
        before = len(self.finals)
        await self._reader.page.evaluate("window.__listenForSilence()")
        began = time.monotonic()
        for words in step.commands:
            await self._operator.do(step.host, list(words))
        ended = time.monotonic()
        stopped = [*self._operator.stopped]
        recovered = None if stopped else await well(self._machines, self._people, "")
        await self.speech.sentences(1)
        silence: float = await self._reader.page.evaluate("window.__longestSilence()")
        told: dict[str, float] = await self._reader.page.evaluate("window.__told()")
        return {
            "host": step.host,
            "commands": str(step),
            "took_s": round(ended - began, 1),
            "stopped": stopped,
            "well_after_s": recovered and round(recovered - ended, 1),
            "original_silence_s": round(silence, 1) if silence > SILENCE_SECONDS else 0.0,
            "told_s": {reason: round(seconds, 1) for reason, seconds in told.items()},
            "keys": [*self.finals][before:],
        }


async def through(machines: Checkouts, browser: Browser, sfu: str, version: str) -> dict[str, Any]:
    """A call on one machine's SFU, during an update and its taking back."""
    await all_loaded(machines)
    url = await new_room_on(machines, sfu)
    room, finals, rows = url.rsplit("/", 1)[1], Finals(), list[dict[str, Any]]()
    async with AsyncExitStack() as leaving:
        alice = await Person.join(browser, url, "Alice", speak="en", read="en", hear="en")
        leaving.push_async_callback(alice.leave)
        bruno = await Person.join(browser, url, "Bruno", speak="pt", read="pt", hear="pt", scripts=(WITNESS,))
        leaving.push_async_callback(bruno.leave)
        noting = machines.hosts[EDGE].inside().begin(follow_finals(OnMachine(machines), room, finals))
        leaving.callback(noting.cancel)
        operator = Operator(machines)
        held = Held(machines, operator, alice, bruno, finals)
        await held.speech.sentences(SENTENCES_BEFORE)
        for direction, steps in sections(version).items():
            operator.restarted.clear()
            for step in steps:
                rows.append({"direction": direction, "call_on": sfu} | await held.take(step))
                print(line(rows[-1]), flush=True)
            if left := operator.left_alone():
                raise AssertionError(f"{direction}: the guide does not restart {', '.join(left)}")
        await held.speech.stop()
        with suppress(TimeoutError):  # what has not come by then counts as lost
            await bruno.settled(timeout=MAX_RECOVERY_SECONDS)
        counted = await figures(await stored_captions(machines, room), bruno, held.speech, finals)
    for row in rows:
        keys = {" ".join(key) for key in row.pop("keys")}
        row |= {"captions": len(keys), "lost": sorted(keys & {*counted["lost"]})}
    return counted | {"call_on": sfu, "rows": rows, "said": operator.said.splitlines()}


async def run(version: str) -> list[dict[str, Any]]:
    """Everything, on machines that are built for it."""
    began = time.monotonic()
    code = versions.clones(version, world.PLACE / "code", ROLES)
    machines = Checkouts(code, lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True))
    await machines.up(UNCACHED)
    found, operator = [], Operator(machines)
    async with browser_on(machines.hosts[CALLERS]) as browser:
        for name in SFUS:
            print(f"\nThe call is on {name}\n{HEAD}", flush=True)
            found.append(await through(machines, browser, name, version))
            print(total(found[-1]), flush=True)
            for host in ROLES:  # so that there is something to pull once more
                await operator.do(host, ["git", "checkout", "-B", "main", version])
    return found


HEAD: Final = (
    f"{'':<8}{'host':<10}{'took':>6}{'well after':>12}{'silence':>9}{'captions':>10}  commands; what the page said"
)


def line(row: dict[str, Any]) -> str:
    """One row for reading; seconds."""
    after = "stopped" if row["stopped"] else "never" if row["well_after_s"] is None else f"{row['well_after_s']:.1f}"
    told = ", ".join(f"{reason} {seconds:.1f}" for reason, seconds in row["told_s"].items())
    return (
        f"{row['direction']:<8}{row['host']:<10}{row['took_s']:>6.1f}{after:>12}{row['original_silence_s']:>9.1f}"
        f"{len(row['keys']):>10}  {row['commands']}; {told}"
    )


def total(call: dict[str, Any]) -> str:
    """What became of the captions of a call."""
    said = "\n".join(f"  {text}" for text in call["said"])
    return (
        f"{call['captions']} captions, {call['captions_lost']} lost, {call['captions_doubled']} doubled, "
        f"WER {call['wer_of_all']:.2f}\nBefore going back:\n{said}"
    )


def amiss(call: dict[str, Any]) -> bool:
    """Whether the update has cost more than it may."""
    return bool(
        call["captions_lost"]
        or call["captions_doubled"]
        or any(row["original_silence_s"] > MAX_SILENCE_SECONDS for row in call["rows"])
        or any(row["well_after_s"] is None and not row["stopped"] for row in call["rows"])
    )


def main() -> None:
    """Build, update, go back, print, write; within a world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="the older one")
    version = parser.parse_args().version
    world.enter()
    where = machine()
    print(f"From {version} to this commit and back, on {where['cpu']}, {where['cores']} cores", flush=True)
    try:
        found = asyncio.run(run(version))
    except versions.NoVersionError as error:
        sys.exit(str(error))
    write("update-machines", {"machine": where, "from": version, "calls": found})
    if bad := [call["call_on"] for call in found if amiss(call)]:
        sys.exit(f"Not as it should be, with the call on {', '.join(bad)}")


if __name__ == "__main__":
    main()
