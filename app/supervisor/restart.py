"""How long a process that ended is left alone before it is started again, as systemd does on a server.

One process may die without the others noticing: they find each other again, and calls go on meanwhile.
"""

from __future__ import annotations

from typing import Final

FIRST_PAUSE_SECONDS: Final = 0.5
MAX_PAUSE_SECONDS: Final = 10.0
HEALTHY_SECONDS: Final = 20.0
"""How long a process must have run to count as started well, so that the next pause is short again."""


class Backoff:
    """The pauses of one process: each twice the one before, while it keeps ending soon after its start."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE_SECONDS

    def after(self, ran: float) -> float:
        """Seconds to wait now that the process has ended after `ran` seconds."""
        healthy = ran > HEALTHY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if healthy else min(self._pause * 2, MAX_PAUSE_SECONDS)
        return self._pause
