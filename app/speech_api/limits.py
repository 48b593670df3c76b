"""Counting what keys use at the same time, in this process's memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager


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
