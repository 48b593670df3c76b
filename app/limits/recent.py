"""Counts what happened in the last while, per key, in this process's memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable
from typing import Final

SWEEPS: Final = 6
"""How often within a while it looks for keys that nobody uses any more: not at every call, for there may be many."""


class Recent:
    """At most so much of each key within any `seconds`."""

    def __init__(self, limit: float, seconds: float = 60.0) -> None:
        self._limit = limit
        self._seconds = seconds
        self._seen: dict[Hashable, deque[tuple[float, float]]] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._seen)

    def wait(self, key: Hashable, weight: float = 1.0) -> float:
        """Count one more; 0.0 when it is within the limit, else the seconds to wait (and it does not count)."""
        if full := self.full(key, weight):
            return full
        self._seen.setdefault(key, deque()).append((time.monotonic(), weight))
        return 0.0

    def full(self, key: Hashable, weight: float = 1.0) -> float:
        """Seconds until there is room for one more; 0.0 where there is."""
        now = time.monotonic()
        self._sweep(now)
        seen = self._seen.get(key, deque())
        while seen and seen[0][0] <= now - self._seconds:
            seen.popleft()
        over = sum(spent for _, spent in seen) + weight - self._limit
        if over <= 0:
            return 0.0
        for at, spent in seen:
            over -= spent
            if over <= 0:
                return at + self._seconds - now
        return self._seconds

    def forget(self, key: Hashable) -> None:
        """Count nothing of this key any more."""
        self._seen.pop(key, None)

    def _sweep(self, now: float) -> None:
        if 0 <= now - self._swept < self._seconds / SWEEPS:
            return
        self._swept = now
        for key, seen in list(self._seen.items()):
            if not seen or seen[-1][0] <= now - self._seconds:
                del self._seen[key]
