"""Counting what keys use, in this process's memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

SWEEP_SECONDS: Final = 10.0


class PerMinute:
    """Counts what happened in the last minute, per key, in this process's memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[Hashable, deque[float]] = {}
        self._swept = 0.0

    def wait(self, key: Hashable) -> float:
        """Count one more; 0.0 when it is within the limit, else the seconds to wait (and it does not count)."""
        if full := self.full(key):
            return full
        self._seen.setdefault(key, deque()).append(time.monotonic())
        return 0.0

    def full(self, key: Hashable) -> float:
        """Seconds until there is room for one more; 0.0 where there is."""
        now = time.monotonic()
        self._forget(now)
        seen = self._seen.get(key, deque())
        while seen and seen[0] <= now - 60.0:
            seen.popleft()
        return 0.0 if len(seen) < self._limit else (seen[0] if seen else now) + 60.0 - now

    def _forget(self, now: float) -> None:
        """Drop who has done nothing for a minute; not at every call, for there may be many."""
        if 0 <= now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        for key, seen in list(self._seen.items()):
            if not seen or seen[-1] <= now - 60.0:
                del self._seen[key]


class AtOnce:
    """Counts what goes on at the same time, per key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: dict[Hashable, int] = {}

    @contextmanager
    def one(self, key: Hashable) -> Iterator[bool]:
        """Count one for the length of the block, if there is room: the value says whether there was."""
        running = self._running.get(key, 0)
        if running >= self._limit:
            yield False
            return
        self._running[key] = running + 1
        try:
            yield True
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
