"""Reacts to messages that will not be worked on to their end, since somebody waits for what would come of them."""

from __future__ import annotations

from abc import ABC, abstractmethod

import dramatiq
import redis
from dramatiq.middleware import Middleware


class FailedMessages(Middleware, ABC):
    """Reacts to messages of some queues whose actor failed, or that another middleware refused."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    @abstractmethod
    def concerns(self, queue: str) -> bool:
        """Whether somebody waits for what comes of the messages of a queue."""

    @abstractmethod
    def tell(self, message: dramatiq.MessageProxy, exception: BaseException | None) -> None:
        """Tell whoever waits. No exception: the message was given up before it was worked on."""

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """React to an exception."""
        if exception is not None and self.concerns(message.queue_name):
            self.tell(message, exception)

    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """React to a message that another middleware refused."""
        if self.concerns(message.queue_name):
            self.tell(message, None)
