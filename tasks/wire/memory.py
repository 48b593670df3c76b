"""Whether Redis has room for more audio: beyond a share of its memory there is none, so that nothing is evicted.

What expires soonest would go first, and those are the heartbeats of workers and the leases of rooms.
"""

from __future__ import annotations

from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from tasks.wire.redis_client import info_beside

AUDIO_SHARE: Final = 0.85
"""Of `maxmemory`: what audio leaves free for everything else."""


async def need_room(client: Redis, key: str) -> None:
    """Return where audio may be written at `key`.

    Raises:
        OutOfMemoryError: Redis is as full as audio may make it: wait until some has expired.
        redis.RedisError: it does not answer.
    """
    memory: dict[str, Any] = await info_beside(client, key, "memory")
    if memory["maxmemory"] and memory["used_memory"] > AUDIO_SHARE * memory["maxmemory"]:
        raise OutOfMemoryError("audio may take no more of Redis's memory")
