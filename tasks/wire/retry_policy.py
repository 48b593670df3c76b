"""Waits out an outage of Redis: briefly, but long where an actor would lose what it has made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import dramatiq
from dramatiq.middleware import CurrentMessage, Middleware
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

BRIEF: Final = 2.0
"""Seconds for which a command is tried."""

OUTAGE: Final = 30.0
"""Seconds for which an actor's command is tried: longer than a restart of Redis takes."""

_stopping = threading.Event()
_trying = threading.local()

T = TypeVar("T")


class Patience(Retry):
    """Tries a command until Redis has been away for too long; `redis.ConnectionError` or `TimeoutError` then.

    A client tries a command again, and within each try its connection again: only the outermost counts, or the times
    would multiply.
    """

    def __init__(self) -> None:
        super().__init__(ExponentialBackoff(cap=0.5, base=0.05), retries=-1)

    def call_with_retry(
        self,
        do: Callable[[], T],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:
        """What `do` returns."""
        if getattr(_trying, "already", False):
            return do()
        began = time.monotonic()

        def patient(error: Exception) -> bool:
            return time.monotonic() - began < _seconds() and (is_retryable is None or is_retryable(error))

        _trying.already = True
        try:
            return super().call_with_retry(do, fail, patient, with_failure_count)
        finally:
            _trying.already = False


class Haste(Middleware):
    """Lets no actor wait for Redis once its worker is told to stop."""

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Be patient from now on."""
        _stopping.clear()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Be brief from now on."""
        _stopping.set()


def _seconds() -> float:
    at_work = CurrentMessage.get_current_message() is not None
    return OUTAGE if at_work and not _stopping.is_set() else BRIEF
