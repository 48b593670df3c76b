"""Who waits at a room's door now: their pages ask one `web` or another, and hosts see all of them."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.tables import Participant, Room
from tasks.wire import keys

KNOCKING: Final = 10.0
"""Seconds after which somebody whose page asks no more does not wait any longer."""
MOST_OWN: Final = 1_000
"""Remembered here before those who have gone are forgotten."""

log = structlog.get_logger(__name__)


class Knocks:
    """Kept in Redis, and in this process for as long as Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._own: dict[str, float] = {}

    async def note(self, person: Participant) -> None:
        """Somebody's page says that they still wait."""
        now = time.time()
        self._own[person.id] = now
        if len(self._own) > MOST_OWN:
            self._own = {one: at for one, at in self._own.items() if at > now - KNOCKING}
        key = keys.knocks(person.room_id)
        try:
            async with self._redis.pipeline() as pipe:
                pipe.zremrangebyscore(key, "-inf", now - KNOCKING)
                pipe.zadd(key, {person.id: now})
                pipe.pexpire(key, round(KNOCKING * 1000))
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.debug("knocks.not_shared", error=repr(error))  # `/ready` says why

    async def recent(self, room: Room) -> set[str]:
        """Ids of those who wait, with perhaps some of other rooms."""
        since = time.time() - KNOCKING
        found = {one for one, at in self._own.items() if at > since}
        try:
            shared: list[Any] = await self._redis.zrangebyscore(keys.knocks(room.id), since, "+inf")
        except (RedisError, OSError) as error:
            log.debug("knocks.not_shared", error=repr(error))
            return found
        return found | {one.decode() for one in shared}
