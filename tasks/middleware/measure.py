"""Measures how long messages wait and how long actors take."""

from __future__ import annotations

import threading
import time

import dramatiq
from dramatiq.middleware import Middleware

from tasks import metrics


class Measure(Middleware):
    """Feeds the queue-wait and actor histograms."""

    def __init__(self) -> None:
        self._local = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Note the wait since the message was made, and the start."""
        metrics.QUEUE_WAIT.labels(message.queue_name).observe(max(0.0, time.time() - message.message_timestamp / 1000))
        self._local.started = time.monotonic()

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """Note the duration, and failures."""
        metrics.ACTOR_SECONDS.labels(message.actor_name).observe(time.monotonic() - self._local.started)
        if exception is not None:
            metrics.FAILURES.labels(message.actor_name).inc()
