"""Two hosts and a cable, for a world of its own: one dies and comes back; `python -m tests.support.small_world [hold]`.

It prints JSON of what was seen; with `hold` it stays until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from ops.harness.machines import reach, world
from ops.harness.machines.host import Cable, Host, switch
from ops.harness.machines.link import bad
from ops.harness.waiting import until

MARK = Path("/var/lib/jbcalling-mark")
PORT = 8_000
SERVE = f"python3 -m http.server {PORT}"
LIMIT = 60.0
LATE_SECONDS = 0.1


async def seen() -> dict[str, object]:
    """What two hosts see of each other."""
    switch("net")
    one, two = (Host(name, [Cable("net", "eth0", f"10.0.0.{n}/24")]) for n, name in enumerate(("one", "two"), 1))
    one.path(str(MARK)).write_text("of one")
    found: dict[str, object] = {
        "names": [host.do("hostname").strip() for host in (one, two)],
        "apart": not two.path(str(MARK)).exists() and not MARK.exists(),  # noqa: ASYNC240
    }

    async def served() -> bool:
        return bool(await two.inside().run(reach.open_ports("10.0.0.1", [PORT])))

    async def start() -> None:
        one.start("server", SERVE, {"PATH": os.environ["PATH"]})
        while not reach.listening(one):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)

    await start()
    found["reached"] = await served()
    one.cut()
    found["cut"] = await served()
    one.mend()
    with suppress(TimeoutError):
        await until(served, 10)  # a cable that is put back carries nothing for a moment
    found["mended"] = await served()
    with bad(one, "eth0", milliseconds=LATE_SECONDS * 1_000):
        began = time.monotonic()
        found["late"] = await served() and time.monotonic() - began > 2 * LATE_SECONDS
    with bad(one, "eth0", percent=100):
        found["lost"] = not await served()
    found["good"] = await served()
    one.kill("server")
    found["left"] = len(one.do("ps", "-e", "-o", "pid=").split()) - 2  # its first process, and this one
    await start()
    one.die()
    one.revive()
    found["forgotten"] = not one.path(str(MARK)).exists() and not reach.listening(one)
    await start()
    found["again"] = await served()
    return found


def main() -> None:
    """Within a world, or holding one."""
    if not world.is_inside():
        sys.exit(world.hold(["-m", "tests.support.small_world", *sys.argv[1:]], LIMIT))
    world.enter()
    print(json.dumps(asyncio.run(seen())), flush=True)
    if sys.argv[1:]:
        signal.pause()


if __name__ == "__main__":
    main()
