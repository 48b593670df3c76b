"""Asking Redis for what one can do without."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from redis.exceptions import RedisError

REDIS_WITHIN: Final = 0.8
"""Seconds that one question may wait for its answer."""
REDIS_AWAY: Final = 2.0
"""Seconds in which it is not asked again once it has not answered: many who ask would wait one by one."""

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


async def unless_away(answer: Awaitable[Answer]) -> Answer | None:
    """What Redis answers, or None where it does not in time: `/ready` says why, and each `web` goes by itself."""
    try:
        async with asyncio.timeout(REDIS_WITHIN):
            return await answer
    except (RedisError, OSError, TimeoutError) as error:
        log.debug("redis.not_asked", error=type(error).__name__)
        return None


class Patience:
    """Asks many things of Redis, and leaves it alone for a while once it has not answered."""

    def __init__(self) -> None:
        self._ask = 0.0  # from when on, on the monotonic clock

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """The answer, or None where there is none in time, or has not been one a moment ago."""
        if time.monotonic() < self._ask:
            return None
        answer = await unless_away(question())
        if answer is None:
            self._ask = time.monotonic() + REDIS_AWAY
        return answer
