"""How often the utterances of one engine are decoded while they are spoken, by what a decoding costs here and now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

SHARE: Final = 0.8
"""Of the time of one of a machine's decoders, at most, that goes into decodings: the rest is for the ends of
utterances. At 0.5 words came 0.3 s later beside a voice that took a third of a core."""
SMOOTHING: Final = 0.3
"""How much the newest decoding tells of the next: a single slow one means little."""
SILENT_SECONDS: Final = 3.0
"""Seconds without new sound after which an utterance is no longer counted among those that are heard."""


class Pace:
    """That of one engine. For several threads at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: in seconds."""
        self._clock = clock
        self._cost = 0.0
        self._heard: WeakKeyDictionary[object, float] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def every(self, utterance: object, quickest: float, slowest: float) -> float:
        """Seconds of new sound after which an utterance, which is heard right now, is to be decoded again."""
        now = self._clock()
        with self._lock:
            self._heard[utterance] = now
            count = sum(now - last < SILENT_SECONDS for last in self._heard.values())
            return min(max(quickest, self._cost * count / SHARE), slowest)

    def took(self, seconds: float) -> None:
        """A decoding is done; waiting for a core counts, for whoever else is heard waits too."""
        with self._lock:
            self._cost += SMOOTHING * (seconds - self._cost) if self._cost else seconds
