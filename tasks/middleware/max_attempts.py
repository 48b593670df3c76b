"""Gives up on a message that keeps killing its worker."""

from __future__ import annotations

import logging
from typing import Final

import dramatiq
import redis
from dramatiq.middleware import Middleware, SkipMessage

from tasks.wire import keys

logger = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 3
"""How often a message is begun. Only one whose worker died is begun again, so a third time is once too often."""

_COUNT: Final = """
local count = redis.call('INCRBY', KEYS[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return count
"""


class MaxAttempts(Middleware):
    """Counts in Redis how often a message was begun and fails it beyond `MAX_ATTEMPTS`."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Count, and refuse a message that was begun too often."""
        if keys.is_own(message.queue_name):
            return  # it is gone with its worker, and what it asked for is counted by segment
        key = keys.attempts(message.message_id)
        begun = int(str(self._client.eval(_COUNT, 1, key, str(keys.ONCE_TTL))))
        if begun > MAX_ATTEMPTS:
            logger.error("Message %s was started %d times and never finished: giving up", message, begun - 1)
            message.fail()
            raise SkipMessage(f"started {begun - 1} times and never finished")
