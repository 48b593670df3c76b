"""Counts what happened in the last while, per key, over all `web` processes, in Redis.

Litestar's own limiter reads a key's times from its store and writes them back with one more, under a lock of its
process: of two processes one loses what the other has counted. And to it all requests weigh the same.
"""

from __future__ import annotations

from typing import Final

import structlog
from redis.asyncio import Redis

from app.limits.names import Names
from app.limits.recent import Recent
from app.redis_away import Patience
from tasks.wire import keys

STEPS: Final = 60
"""Parts of a while, in each of which what happens is one sum: what is counted counts for one part longer at most."""
_SPEND: Final = """
local step, steps, limit, weight = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local newest = math.floor(now / step)
local spent, over = {}, weight - limit
local found = redis.call('HGETALL', KEYS[1])
for at = 1, #found, 2 do
  local part = tonumber(found[at])
  if part > newest - steps then
    spent[part] = tonumber(found[at + 1])
    over = over + spent[part]
  else
    redis.call('HDEL', KEYS[1], found[at])
  end
end
if over <= 0 then
  if ARGV[5] == '1' then
    redis.call('HINCRBYFLOAT', KEYS[1], newest, weight)
    redis.call('PEXPIRE', KEYS[1], step * (steps + 1))
  end
  return 0
end
for part = newest - steps + 1, newest do
  over = over - (spent[part] or 0)
  if over <= 0 then return (part + steps) * step - now end
end
return step * steps
"""
"""Milliseconds until there is room in KEYS[1] for ARGV[4] more, within ARGV[3] of any ARGV[2] parts of ARGV[1]
milliseconds; 0 where there is, and then it is counted if ARGV[5] is 1."""

log = structlog.get_logger(__name__)


class Shared:
    """What counters of this process have in common: Redis, and whether it can be asked."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names
        self._patience = Patience()
        self._alone = False

    def recent(self, what: str, limit: float, seconds: float = 60.0) -> SharedRecent:
        """A counter; every `web` has the same of this name."""
        return SharedRecent(self, what, limit, seconds)

    def key(self, what: str, who: object) -> str:
        """Where it is counted."""
        return keys.spent(self._names.of(what, who))

    async def spend(self, key: str, limit: float, weight: float, seconds: float, *, count: bool) -> float | None:
        """Seconds to wait, as `_SPEND` has it; None where Redis does not answer."""
        words = [round(seconds * 1000 / STEPS), STEPS, limit, weight, int(count)]
        found = await self._patience.ask(lambda: self._redis.eval(_SPEND, 1, key, *map(str, words)))
        self._say(alone=found is None)
        return None if found is None else int(found) / 1000

    async def forget(self, key: str) -> None:
        """Count nothing of it any more."""
        await self._patience.ask(lambda: self._redis.delete(key))

    def _say(self, *, alone: bool) -> None:
        if alone != self._alone:
            self._alone = alone
            log.warning("limits.counted_alone" if alone else "limits.counted_together")


class SharedRecent:
    """At most so much of each key within any `seconds`. While Redis is away each process counts for itself."""

    def __init__(self, shared: Shared, what: str, limit: float, seconds: float) -> None:
        self._shared = shared
        self._what = what
        self._limit = limit
        self._seconds = seconds
        self._here = Recent(limit, seconds)

    async def wait(self, who: object, weight: float = 1.0) -> float:
        """Count one more; 0.0 when it is within the limit, else the seconds to wait (and it does not count)."""
        full = await self._full(who, weight, count=True)
        return full or self._here.wait(who, weight)

    async def full(self, who: object, weight: float = 1.0) -> float:
        """Seconds until there is room for one more; 0.0 where there is."""
        return await self._full(who, weight, count=False)

    async def forget(self, who: object) -> None:
        """Count nothing of this one any more."""
        self._here.forget(who)
        await self._shared.forget(self._shared.key(self._what, who))

    async def _full(self, who: object, weight: float, *, count: bool) -> float:
        # What this process has let through alone is enough to refuse: who goes on trying costs Redis nothing.
        if full := self._here.full(who, weight):
            return full
        key = self._shared.key(self._what, who)
        return await self._shared.spend(key, self._limit, weight, self._seconds, count=count) or 0.0
