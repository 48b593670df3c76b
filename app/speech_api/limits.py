"""Counting what keys use, in this process's memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class PerMinute:
    """Counts what happened in the last minute, per key, in this process's memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[Hashable, deque[float]] = {}

    def wait(self, key: Hashable) -> float:
        """Count one more; 0.0 when it is within the limit, else the seconds to wait (and it does not count)."""
        now = time.monotonic()
        self._forget(now)
        seen = self._seen.setdefault(key, deque())
        if len(seen) >= self._limit:
            return seen[0] + 60.0 - now
        seen.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        for key, seen in list(self._seen.items()):
            while seen and seen[0] <= now - 60.0:
                seen.popleft()
            if not seen:
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
