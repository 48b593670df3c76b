"""What the edge may ask about the batch side: how old its work is, and who is there to do it."""

from __future__ import annotations

import json
import logging
import time

import msgspec
import redis.asyncio

from tasks.wire import keys
from tasks.wire.messages import Heartbeat, decode

logger = logging.getLogger(__name__)

_NAMESPACE = "dramatiq"


async def oldest_age(client: redis.asyncio.Redis, queue: str) -> float | None:
    """Seconds since the message at the head of `queue` was sent; None when nothing waits there.

    A message that is being worked on does not wait.
    """
    head = await client.lindex(f"{_NAMESPACE}:{queue}", 0)
    if head is None:
        return None
    data = await client.hget(f"{_NAMESPACE}:{queue}.msgs", head)
    if data is None:
        return None
    return max(0.0, time.time() - float(json.loads(data)["message_timestamp"]) / 1000)


async def depth(client: redis.asyncio.Redis, queue: str) -> int:
    """How many messages wait in `queue`."""
    return int(await client.llen(f"{_NAMESPACE}:{queue}"))


async def workers(client: redis.asyncio.Redis) -> list[Heartbeat]:
    """The last heartbeat of every worker heard of within `keys.HEARTBEAT_TTL`; look at `at` for its age."""
    names = [name async for name in client.scan_iter(match=keys.HEARTBEATS, count=1_000)]
    found: list[Heartbeat] = []
    for data in await client.mget(names) if names else []:
        if not isinstance(data, bytes):
            continue
        try:
            found.append(decode(data, Heartbeat))
        except msgspec.DecodeError as error:
            logger.warning("A heartbeat cannot be read, perhaps of a worker of another version: %s", error)
    return found
