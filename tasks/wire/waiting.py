"""What waits in the queues, whichever broker holds them: for the ladder, for metrics, for whoever looks.

How old the message at the head is says how far behind workers are. It is read where it lies: nothing has to be written
down for it, and so nothing of it can be wrong after a crash (docs/decisions/0007-queues-in-another-broker.md).
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Final, NamedTuple, Self

import msgspec
from dramatiq.errors import ConnectionClosed

OWN_QUEUE_SECONDS: Final = 600
"""Seconds after which the queue of a worker is gone that takes nothing from it any more."""


class BrokerAwayError(ConnectionClosed, ConnectionError):
    """RabbitMQ does not answer, or refuses us."""


class _Message(msgspec.Struct):
    """What of Dramatiq's messages is read here."""

    message_timestamp: float
    """When it was made, epoch milliseconds."""


class Waiting(NamedTuple):
    """What waits in one queue. A message that is being worked on does not wait."""

    depth: int
    """How many messages."""
    age: float | None
    """Seconds since the one at the head was sent; None when nothing waits."""

    @classmethod
    def headed_by(cls, message: bytes | str, depth: int) -> Self:
        """So many messages, of which this is the first, as it lies in its queue."""
        try:
            sent = msgspec.json.decode(message, type=_Message).message_timestamp / 1000
        except msgspec.DecodeError:  # not one of ours: whoever takes it drops it
            return cls(depth, None)
        return cls(depth, max(0.0, time.time() - sent))


class Waits(ABC):
    """Looks at queues."""

    @abstractmethod
    async def of(self, queue: str) -> Waiting:
        """What waits in a queue.

        Raises:
            redis.RedisError: Redis, which holds the queues, does not answer.
            OSError: the same of RabbitMQ.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Look no more."""
