"""Which worker hears whom: a stream of speech belongs to one of them from its first sound on."""

from __future__ import annotations

import zlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

from tasks.wire.messages import Heartbeat, Segment

MAX_REMEMBERED: Final = 1_000
"""Segments that are remembered at most, should the ends of some never be asked for."""


class Listeners:
    """Gives each new segment to the worker that hears the fewest of this bridge's, of those that are alive."""

    def __init__(self, alive: Callable[[], Iterable[Heartbeat]]) -> None:
        self._alive = alive
        self._given: OrderedDict[str, str | None] = OrderedDict()

    def hear(self, language: str) -> bool:
        """Whether a worker hears `language` as a stream."""
        return any(language in beat.streams for beat in self._alive())

    def choose(self, segment: Segment) -> str | None:
        """Who is to hear `segment`, the same for all its asks; None where no worker hears its language as a stream."""
        if segment.id not in self._given:
            self._given[segment.id] = self._least_busy(segment)
            if len(self._given) > MAX_REMEMBERED:
                self._given.popitem(last=False)
        return self._given.pop(segment.id) if segment.final else self._given[segment.id]

    def _least_busy(self, segment: Segment) -> str | None:
        able = [beat.worker for beat in self._alive() if segment.language in beat.streams]
        busy = Counter(self._given.values())

        def place(worker: str) -> tuple[int, int]:
            # Bridges do not know of each other's segments: each begins with another worker.
            return busy[worker], zlib.crc32(f"{segment.bridge} {worker}".encode())

        return min(able, key=place, default=None)
