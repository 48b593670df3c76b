"""Ending a process that leads a session together with all that it began: a server's workers outlive it for a moment."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress

import psutil


def kill(process: subprocess.Popen[bytes], within: float = 10.0) -> None:
    """End all of the group with kill -9, as the kernel's out-of-memory killer would; returns once none of it runs.

    Only then are its ports free and its files left alone. No-op where it has ended by itself.

    Raises:
        TimeoutError: something of it runs on after `within` seconds.
    """
    group: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        leader = psutil.Process(process.pid)
        group = [leader, *leader.children(recursive=True)]
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(within)
    deadline = time.monotonic() + within
    while any(map(_runs, group)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{group} runs on after kill -9")
        time.sleep(0.01)  # who is not our own child has no event to wait for


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
