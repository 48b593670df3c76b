"""The queues in Redis: what sends to them, and what looks at them.

Every enqueue leaves a token in a list that idle consumers block on (`tasks.redis_broker`), so that they need not poll.
"""

from __future__ import annotations

from typing import Any, Final

import dramatiq
import redis
import redis.asyncio
from dramatiq.brokers.redis import RedisBroker

from tasks.wire import keys
from tasks.wire.waiting import OWN_QUEUE_SECONDS, Waiting, Waits

WAKE_TOKENS: Final = 64
"""Tokens kept for the consumers of one queue: more than there are workers."""
WAKE_SECONDS: Final = 60
"""Seconds after which a token that nobody took is gone."""


class WakingBroker(RedisBroker):
    """A Redis broker that wakes an idle consumer whenever something is enqueued."""

    client: redis.Redis

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put `message` on its queue and wake a consumer of it.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        enqueued = super().enqueue(message, delay=delay)
        key = self.token_key(enqueued.queue_name)
        with self.client.pipeline(transaction=False) as pipe:
            pipe.lpush(key, 1)
            pipe.ltrim(key, 0, WAKE_TOKENS - 1)
            pipe.expire(key, WAKE_SECONDS)
            if keys.is_own(enqueued.queue_name):
                for suffix in ("", ".msgs"):
                    pipe.expire(f"{self.namespace}:{enqueued.queue_name}{suffix}", OWN_QUEUE_SECONDS)
            pipe.execute()
        return enqueued

    def token_key(self, queue_name: str) -> str:
        """The list that consumers of this queue block on."""
        return f"{self.namespace}:{queue_name}.wake"


class WaitsInRedis(Waits):
    """Looks through a client of others, which stays open."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client

    async def of(self, queue: str) -> Waiting:
        """What waits in a queue.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        name = f"{keys.DRAMATIQ}:{queue}"
        depth, head = await self._client.llen(name), await self._client.lindex(name, 0)
        data = await self._client.hget(f"{name}.msgs", head) if head else None
        return Waiting.headed_by(data, depth) if data else Waiting(depth, None)

    async def aclose(self) -> None:
        """Nothing is its own."""
