"""Each `web` tells the others what goes on in it at the same time; one that has died is forgotten."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

import msgspec
import structlog
from redis.asyncio import Redis

from app.cancellation import to_the_end
from app.limits.at_once import AtOnce
from app.redis_away import unless_away
from tasks.wire import keys

TELL_EVERY: Final = 1.0
"""Seconds; for so long two processes together may let through more than a limit."""
FORGOTTEN_AFTER: Final = 5.0
"""Seconds after which a process that says nothing counts for nothing."""
_TELL: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local others = {}
local found = redis.call('HGETALL', KEYS[1])
for at = 1, #found, 2 do
  if found[at] ~= ARGV[1] then
    local told, what = string.match(found[at + 1], '^(%d+) (.*)$')
    if now - told > tonumber(ARGV[3]) then
      redis.call('HDEL', KEYS[1], found[at])
    else
      others[#others + 1] = what
    end
  end
end
return others
"""
"""Note ARGV[2] for process ARGV[1] in hash KEYS[1]; what others have noted in the last ARGV[3] milliseconds."""

log = structlog.get_logger(__name__)


class Telling:
    """Run `run` as a task. While Redis is away each process counts its own alone."""

    def __init__(self, redis: Redis, at_once: AtOnce) -> None:
        self._redis = redis
        self._at_once = at_once
        self._process = secrets.token_hex(8)

    async def run(self) -> None:
        """Tell and hear for ever, and take leave at the end: who comes from here is not to be counted twice there."""
        try:
            while True:
                await self.tell()
                await asyncio.sleep(TELL_EVERY)
        finally:
            await to_the_end(self._leave())

    async def tell(self) -> None:
        """Tell and hear once."""
        mine = msgspec.json.encode(self._at_once.here)
        words: list[Any] = [self._process, mine, round(FORGOTTEN_AFTER * 1000)]
        found: Any = await unless_away(self._redis.eval(_TELL, 1, keys.AT_ONCE, *words))
        self._at_once.hear([msgspec.json.decode(one, type=dict[str, int]) for one in found or []])

    async def _leave(self) -> None:
        await unless_away(self._redis.hdel(keys.AT_ONCE, self._process))
