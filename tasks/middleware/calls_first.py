"""Lets API work begin only when no message of a call is at work in this process."""

from __future__ import annotations

import threading

import dramatiq
from dramatiq.middleware import Middleware

from tasks import metrics
from tasks.call_priority import CallPriority
from tasks.wire import keys


class CallsFirst(Middleware):
    """Keeps the count of `CallPriority`, and holds messages of the batch queue back by it."""

    def __init__(self, call_priority: CallPriority) -> None:
        self._priority = call_priority
        self._counted = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Count a message of a call; hold back one of an API."""
        self._priority.began(message.queue_name)
        self._counted.queue = message.queue_name
        if message.queue_name == keys.BATCH:
            metrics.GAVE_WAY.observe(self._priority.give_way())

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,  # noqa: ARG002
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,  # noqa: ARG002
    ) -> None:
        """The message is done."""
        self._done()

    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """The message was refused by another middleware, perhaps before it was counted."""
        self._done()

    def _done(self) -> None:
        queue = getattr(self._counted, "queue", None)
        self._counted.queue = None
        if queue is not None:
            self._priority.ended(queue)
