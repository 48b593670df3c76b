"""A Redis client that waits out a short outage before it gives up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

BRIEF_SECONDS: Final = 2.0
"""Seconds for which a command is tried, unless something else is said."""

_trying = threading.local()

T = TypeVar("T")


def connect(url: str, retry_seconds: Callable[[], float] = lambda: BRIEF_SECONDS) -> redis.Redis:
    """A client that tries a command for so many seconds before it raises `redis.ConnectionError`."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=5,
        health_check_interval=0,
        retry=RetryPolicy(retry_seconds),
    )


class RetryPolicy(Retry):
    """Tries a command until Redis has been away for too long; `redis.ConnectionError` or `TimeoutError` then.

    A client tries a command again, and within each try its connection again: only the outermost counts, or the times
    would multiply.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__(ExponentialBackoff(cap=0.5, base=0.05), retries=-1)
        self._seconds = seconds

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
            return time.monotonic() - began < self._seconds() and (is_retryable is None or is_retryable(error))

        _trying.already = True
        try:
            return super().call_with_retry(do, fail, patient, with_failure_count)
        finally:
            _trying.already = False
