"""A worker's processor, shared evenly by what runs on it at the same time."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from itertools import count
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Processor:
    """Models use all cores (MODEL_THREADS), so that two at once take twice as long each.

    Work is kept in virtual time: it advances at 1/n of real time while n jobs run, so that an arrival or a departure
    changes one number instead of every job.
    """

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._jobs: list[tuple[float, int, simpy.Event]] = []
        self._order = count()
        self._virtual = 0.0
        self._at = 0.0
        self._version = 0
        self.busy = 0.0
        """Seconds in which anything ran."""

    def run(self, seconds: float) -> simpy.Event:
        """An event that happens when a job of so many seconds, were it alone, is done."""
        self._advance()
        done = self._env.event()
        heapq.heappush(self._jobs, (self._virtual + seconds, next(self._order), done))
        self._plan()
        return done

    def _advance(self) -> None:
        elapsed, self._at = self._env.now - self._at, self._env.now
        if self._jobs:
            self._virtual += elapsed / len(self._jobs)
            self.busy += elapsed

    def _plan(self) -> None:
        self._version += 1
        if self._jobs:
            self._env.process(self._finish(self._version, (self._jobs[0][0] - self._virtual) * len(self._jobs)))

    def _finish(self, version: int, after: float) -> Process:
        yield self._env.timeout(max(0.0, after))
        if version != self._version:
            return  # something came or went meanwhile, and planned anew
        self._advance()
        _, _, done = heapq.heappop(self._jobs)
        done.succeed()
        self._plan()
