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

_OFFER: Final = """
local have = redis.call('STRLEN', KEYS[2])
if have < tonumber(ARGV[1]) then return have end
if ARGV[2] ~= '' then redis.call('SETRANGE', KEYS[2], ARGV[1], ARGV[2]) end
redis.call('EXPIRE', KEYS[2], ARGV[5])
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then
  owner = ARGV[4]
  redis.call('HSET', KEYS[1], 'owner', owner)
  redis.call('SADD', KEYS[3], ARGV[6])
  redis.call('EXPIRE', KEYS[3], ARGV[5])
  redis.call('SADD', KEYS[4], owner)
end
redis.call('HSET', KEYS[1], 'ask', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return owner
"""


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
    names = (keys.listened(segment.id), keys.sound(segment.id), keys.owned(owner), keys.OWNERS)
    arguments = (str(first * SAMPLE_BYTES), pcm, encode(segment), owner, str(keys.PCM_TTL), segment.id)
    answer: Any = await client.eval(_OFFER, len(names), *names, *arguments)
    return answer // SAMPLE_BYTES if isinstance(answer, int) else str(answer, "ascii")
