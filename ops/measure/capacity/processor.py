"""A worker's processor, shared by what runs on it at the same time."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from itertools import count
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Processor:
    """So many cores. While there is one for each thread, jobs run at full speed; beyond, all are slowed alike.

    Work is kept in virtual time, which advances at the speed at which jobs run, so that an arrival or a departure
    changes one number instead of every job.
    """

    def __init__(self, env: simpy.Environment, cores: float = 1.0) -> None:
        self._env = env
        self._cores = cores
        self._jobs: list[tuple[float, int, float, simpy.Event]] = []
        self._threads = 0.0
        self._order = count()
        self._virtual = 0.0
        self._at = 0.0
        self._version = 0
        self.busy = 0.0
        """Seconds of all cores that were worked."""

    def run(self, seconds: float, threads: float = 1.0) -> simpy.Event:
        """An event that happens when a job that would take so many seconds alone, with so many threads, is done."""
        self._advance()
        done = self._env.event()
        threads = min(threads, self._cores)
        heapq.heappush(self._jobs, (self._virtual + seconds, next(self._order), threads, done))
        self._threads += threads
        self._plan()
        return done

    @property
    def _speed(self) -> float:
        return min(1.0, self._cores / self._threads)

    def _advance(self) -> None:
        elapsed, self._at = self._env.now - self._at, self._env.now
        if self._jobs:
            self._virtual += elapsed * self._speed
            self.busy += elapsed * min(1.0, self._threads / self._cores)

    def _plan(self) -> None:
        self._version += 1
        if self._jobs:
            self._env.process(self._finish(self._version, (self._jobs[0][0] - self._virtual) / self._speed))

    def _finish(self, version: int, after: float) -> Process:
        yield self._env.timeout(max(0.0, after))
        if version != self._version:
            return  # something came or went meanwhile, and planned anew
        self._advance()
        _, _, threads, done = heapq.heappop(self._jobs)
        self._threads = self._threads - threads if self._jobs else 0.0  # no sum of small errors is left behind
        done.succeed()
        self._plan()
