"""What one `web` of several is enough for: a lease in Redis says whose it is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from redis.asyncio import Redis

from app.cancellation import to_the_end
from app.redis_away import unless_away
from tasks.wire import keys

_TAKE: Final = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
"""Whether KEYS[1] is process ARGV[1]'s, for ARGV[2] milliseconds from now."""
_LEAVE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class Duty:
    """Whoever asks first has it, for as long as they ask again in time; when they have died, another one."""

    def __init__(self, redis: Redis, name: str, seconds: float) -> None:
        """`seconds`: after which another process has it, where nobody has asked."""
        self._redis = redis
        self._key = keys.duty(name)
        self._milliseconds = str(round(seconds * 1000))
        self._process = secrets.token_hex(8)

    async def look(
        self, every: float, look: Callable[[], Awaitable[None]], elsewhere: Callable[[], None] = lambda: None
    ) -> None:
        """Look every so many seconds while it is this process's, for ever.

        Args:
            every: seconds.
            look: what is done.
            elsewhere: called instead while it is another process's.
        """
        try:
            while True:
                if await self.mine():
                    await look()
                else:
                    elsewhere()
                await asyncio.sleep(every)
        finally:
            await to_the_end(self.leave())

    async def mine(self) -> bool:
        """Whether it is this process's. While Redis is away it is everybody's: it must not matter who does it twice."""
        return await unless_away(self._redis.eval(_TAKE, 1, self._key, self._process, self._milliseconds)) != 0

    async def leave(self) -> None:
        """Let another process have it at once."""
        await unless_away(self._redis.eval(_LEAVE, 1, self._key, self._process))
