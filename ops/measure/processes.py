"""What each process of a system takes of the machine."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import NamedTuple

import psutil

from ops.harness.stack import Stack


class Reading(NamedTuple):
    """One process with its children at one moment."""

    at: float
    """Monotonic, seconds."""
    cpu: float
    """Seconds of CPU since its start."""
    memory: float
    """Resident, MB."""


def read(stack: Stack) -> dict[str, Reading]:
    """Procfile line → what its process takes now."""
    found = {}
    for name, process in list(stack.running.items()):
        with suppress(psutil.NoSuchProcess):
            found[name] = _reading(psutil.Process(process.pid))
    return found


def _reading(process: psutil.Process) -> Reading:
    cpu = memory = 0.0
    for member in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            cpu += times.user + times.system
            memory += member.memory_info().rss / 2**20
    return Reading(time.monotonic(), cpu, memory)


def between(before: dict[str, Reading], after: dict[str, Reading]) -> dict[str, dict[str, float]]:
    """Procfile line → share of one core in that time, in percent, and MB at its end."""
    return {
        name: {
            "cpu_percent": round(100 * (after[name].cpu - was.cpu) / (after[name].at - was.at), 1),
            "memory_mb": round(after[name].memory, 1),
        }
        for name, was in before.items()
        if name in after
    }
