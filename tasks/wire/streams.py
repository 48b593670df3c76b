"""Segments that are heard as streams, on their way to the worker that hears them.

The sound of a segment is appended to what there is, and stays until the segment is final. Which worker hears it is
decided with its first sound, and is changed by workers alone, when that one has died (`tasks.streams`).
"""

from __future__ import annotations

from typing import Any, Final

from redis.asyncio import Redis

from tasks.wire import keys
from tasks.wire.messages import Segment, encode

SAMPLE_BYTES: Final = 2

_ADD: Final = """
local have = redis.call('STRLEN', KEYS[1])
if have < tonumber(ARGV[1]) then return have end
if ARGV[2] ~= '' then redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return -1
"""
"""Adds ARGV[2] to sound KEYS[1] from byte ARGV[1] on: -1, or how many bytes there are where those before are gone."""
_ASK: Final = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then
  if tonumber(ARGV[3]) > 0 then return 0 end
  owner = ARGV[2]
  redis.call('HSET', KEYS[1], 'owner', owner)
end
redis.call('HSET', KEYS[1], 'ask', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return owner
"""
"""Makes ARGV[1] the newest ask of KEYS[1], and ARGV[2] its owner if it has none: its owner, or 0 where it had one
before, as ARGV[3] bytes of sound were brought already, and Redis has lost who that was."""


async def offer(client: Redis, segment: Segment, pcm: bytes, first: int, owner: str) -> str | int:
    """Add to the sound of a segment, and make this the newest ask for it.

    Args:
        client: where it is stored.
        segment: the ask.
        pcm: its sound from sample `first` on.
        first: how many samples of it were stored before.
        owner: who is to hear it, if nobody does yet.

    Returns:
        Who hears it; or, where Redis has lost some of what was stored before, how many samples it has.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    start, lasts = str(first * SAMPLE_BYTES), str(keys.PCM_TTL)
    have: Any = await client.eval(_ADD, 1, keys.sound(segment.id), start, pcm, lasts)
    if have >= 0:
        return int(have) // SAMPLE_BYTES
    if not first:
        await _book(client, segment.id, owner)
    answer: Any = await client.eval(_ASK, 1, keys.listened(segment.id), encode(segment), owner, start, lasts)
    return answer if isinstance(answer, int) else str(answer, "ascii")


async def _book(client: Redis, segment: str, owner: str) -> None:
    """Note what a worker is to hear before it is asked: what nobody would find when that has died must not be."""
    async with client.pipeline(transaction=False) as pipe:
        pipe.sadd(keys.owned(owner), segment)
        pipe.expire(keys.owned(owner), keys.PCM_TTL)
        pipe.sadd(keys.OWNERS, owner)
        await pipe.execute()
