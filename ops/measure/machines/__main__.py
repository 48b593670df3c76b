"""`make machines`: three hosts out of namespaces of this one hold calls, behind their firewalls, over their links.

An edge and two workers, of which one carries a second SFU, and a TURN server, each set up from `jbcalling deploy`;
people sit behind a NAT. Light callers speak beside the SFU that has their room, a browser at home listens to them, once
by way of the TURN server. Prints tables and writes var/machines.json. It ends after an hour at the latest, and leaves
nothing behind (`ops.harness.machines.world`).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import Any, Final

from ops.harness.machines import world
from ops.harness.machines.addresses import CALLERS
from ops.harness.machines.browser import browser_on
from ops.harness.machines.installation import Machines
from ops.harness.machines.walls import unheard, walls
from ops.measure.figures import machine, write
from ops.measure.load import UNCACHED
from ops.measure.machines import calls, striking
from ops.measure.machines.faults import FAULTS, Fault

LIMIT_SECONDS: Final = 3_600.0
CALL_SECONDS: Final = 60.0


async def run(seconds: float, faults: list[Fault]) -> dict[str, Any]:
    """Everything, on machines that are built for it."""
    began = time.monotonic()
    machines = Machines(lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True))
    await machines.up(UNCACHED)
    closed = await walls(machines)
    for row in closed:
        ports = ", ".join(map(str, row["open"])) or "none"
        print(f"  {row['from']} → {row['machine']}: open {ports}, of {row['tried']} tried", flush=True)
    datagrams = await unheard(machines)
    print(f"  UDP ports that nothing comes to from outside: {datagrams}\n\n{calls.HEAD}", flush=True)
    rows = []
    async with browser_on(machines.hosts[CALLERS]) as browser:
        for call in calls.CALLS if seconds else ():
            rows.append(await calls.hold(machines, browser, call, seconds))
            print(calls.line(rows[-1]), flush=True)
        print(f"\n{striking.HEAD}", flush=True)
        struck = []
        for fault in faults:
            struck.append(await striking.strike(machines, browser, fault))
            print(striking.line(struck[-1]), flush=True)
    return {"firewall": closed, "datagrams": datagrams, "calls": rows, "faults": struck}


def main() -> None:
    """Build, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=CALL_SECONDS, help="of each call; 0: none")
    parser.add_argument("--only", action="append", metavar="WORDS", help="faults with these words; none: no fault")
    asked = parser.parse_args()
    if not world.is_inside():
        try:
            sys.exit(world.hold(["-m", "ops.measure.machines", *sys.argv[1:]], LIMIT_SECONDS))
        except world.NoWorldError as error:
            sys.exit(str(error))
    world.enter()
    where = machine()
    print(f"{where['cpu']}, {where['cores']} cores", flush=True)
    faults = [fault for fault in FAULTS if not asked.only or any(words in fault.name for words in asked.only)]
    found = asyncio.run(run(asked.seconds, faults))
    write("machines", {"machine": where, **found})
    if bad := [row["fault"] for row in found["faults"] if striking.amiss(row)]:
        sys.exit(f"Not as it should be: {', '.join(bad)}")


if __name__ == "__main__":
    main()
