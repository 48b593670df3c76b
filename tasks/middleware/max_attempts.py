"""Gives up on a message that keeps killing its worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import dramatiq
import redis
from dramatiq.middleware import Middleware, SkipMessage

from tasks.wire import keys

logger = logging.getLogger(__name__)

ATTEMPTS: Final = 3
"""How often a message is begun. Only one whose worker died is begun again, so a third time is once too often."""


class Attempts(Middleware):
    """Counts in Redis how often a message was begun and fails it beyond `ATTEMPTS`."""

    def __init__(self, store: Callable[[], redis.Redis]) -> None:
        self._store = store

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Count, and refuse a message that was begun too often."""
        key = keys.attempts(message.message_id)
        with self._store().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, keys.ONCE_TTL)
            begun = int(pipe.execute()[0])
        if begun > ATTEMPTS:
            logger.error("Message %s was begun %d times and never finished: giving up", message, begun - 1)
            message.fail()
            raise SkipMessage(f"begun {begun - 1} times and never finished")
