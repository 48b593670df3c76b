"""The time that edge and workers share: that of Redis. A worker's own clock may be seconds off."""

from __future__ import annotations

import math
import threading
import time
from typing import Any, Final

import redis

ASK_EVERY_SECONDS: Final = 10.0
"""Seconds between two looks: the processor's own clock drifts by less than a millisecond in that time."""


class SharedClock:
    """Redis's time, asked now and then and counted on in between, whatever happens to this machine's date."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = -math.inf
        self._ahead = 0.0
        """Redis's time less our monotonic one."""

    def now(self, client: redis.Redis) -> float:
        """Seconds since the epoch, as Redis has it.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        with self._lock:
            if time.monotonic() - self._asked > ASK_EVERY_SECONDS:
                before = time.monotonic()
                found: Any = client.time()
                self._asked = time.monotonic()
                self._ahead = found[0] + found[1] / 1e6 - (before + self._asked) / 2
            return self._ahead + time.monotonic()


shared: Final = SharedClock()
"""Of this process, which has one Redis."""
