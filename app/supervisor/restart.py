"""Keeps one process running: starts it again when it ends, until told to stop.

Under the audio fallback one process may die without the others noticing, which is what systemd gives on a server
(`Restart=always`). honcho stops everything when one process ends, so the runner puts this between.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from types import FrameType

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
HEALTHY_AFTER = 20.0
"""Seconds after which a process counts as having started well, so that the next pause is short again."""


def keep(command: list[str]) -> int:
    """Run `command` again and again until SIGTERM or SIGINT; the exit status is 0 then.

    The signals reach the child as well, since honcho sends them to the whole process group.
    """
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pause = FIRST_PAUSE
    while not stopping.is_set():
        started = time.monotonic()
        status = subprocess.Popen(command).wait()
        if stopping.is_set():
            break
        ran_well = time.monotonic() - started > HEALTHY_AFTER
        pause = FIRST_PAUSE if ran_well else min(pause * 2, LONGEST_PAUSE)
        print(f"ended with status {status}; starting again in {pause:.1f} s", flush=True)  # noqa: T201
        stopping.wait(pause)
    return 0


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
