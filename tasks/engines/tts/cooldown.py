"""Leaving a service alone for a while after it has failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

FIRST_REST_SECONDS: Final = 15.0
"""Seconds of rest after a first failure; each further one in a row doubles them."""

MAX_REST_SECONDS: Final = 900.0
"""Seconds of rest that are never exceeded, whatever the service asks for."""


class CoolDown:
    """How long a service is still to be left alone. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def failed(self, asked: float | None = None) -> float:
        """Start a rest, and return its seconds: what the service `asked` for, if that is longer than our own."""
        with self._lock:
            own = FIRST_REST_SECONDS * 2.0 ** min(self._failures, 10)
            rest = min(MAX_REST_SECONDS, max(own, asked or 0.0))
            self._failures += 1
            self._until = max(self._until, self._clock() + rest)
        return rest

    def succeeded(self) -> None:
        """The service answers again: the next failure is a first one."""
        with self._lock:
            self._failures = 0

    def remaining(self) -> float:
        """Seconds of rest that are left; 0 when the service may be asked."""
        with self._lock:
            return max(0.0, self._until - self._clock())
