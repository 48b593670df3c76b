"""Waits out an outage of Redis for longer while an actor is at work, which would lose what it has made."""

from __future__ import annotations

import threading
from typing import Final

import dramatiq
from dramatiq.middleware import CurrentMessage, Middleware

from tasks.wire.redis_client import BRIEF_SECONDS

OUTAGE_SECONDS: Final = 30.0
"""Seconds for which an actor's command is tried: longer than a restart of Redis takes."""

_stopping = threading.Event()


class RedisOutage(Middleware):
    """Lets actors wait for Redis (`retry_seconds`), until their worker is told to stop."""

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Be patient from now on."""
        _stopping.clear()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Be brief from now on."""
        _stopping.set()


def retry_seconds() -> float:
    """For how long a Redis command of this thread is worth trying now."""
    at_work = CurrentMessage.get_current_message() is not None
    return OUTAGE_SECONDS if at_work and not _stopping.is_set() else BRIEF_SECONDS
