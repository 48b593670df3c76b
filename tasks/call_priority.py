"""Calls come first: API work holds back while this process works for a call."""

from __future__ import annotations

import threading
import time
from typing import Final

from tasks.wire import keys

MAX_HOLD_SECONDS: Final = 10.0
"""Seconds that one piece of API work holds back at most: under a call that never pauses it must get on too."""


class CallPriority:
    """Counts the messages of calls at work in this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls = 0

    def began(self, queue: str) -> None:
        """A message of `queue` is about to be worked on."""
        if keys.is_live(queue):
            with self._changed:
                self._calls += 1

    def ended(self, queue: str) -> None:
        """A message of `queue` is done, in whatever way."""
        if keys.is_live(queue):
            with self._changed:
                self._calls -= 1
                self._changed.notify_all()

    def give_way(self, longest: float = MAX_HOLD_SECONDS) -> float:
        """Wait until no call is being worked for; how many seconds that took."""
        started = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._calls == 0, timeout=longest)
        return time.monotonic() - started
