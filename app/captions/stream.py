"""Reading the stream of final captions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from redis.asyncio import Redis

from app.captions.published import MalformedCaptionError, PublishedCaption, from_entry
from tasks.wire import keys

PAGE_ENTRIES: Final = 500
"""Entries read at once."""

Entry = tuple[bytes, dict[bytes, bytes]]


async def entries(redis: Redis, start: str, page: int = PAGE_ENTRIES) -> AsyncIterator[Entry]:
    """Every entry from `start` on, as XRANGE understands it ("-", an id, or "(" and an id), in order.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    while True:
        found: Any = await redis.xrange(keys.CAPTIONS, min=start, count=page)
        for entry in found:
            yield entry
        if len(found) < page:
            return
        start = f"({found[-1][0].decode()}"


async def captions(redis: Redis, start: str) -> AsyncIterator[PublishedCaption]:
    """Every caption from `start` on, in order. Entries that hold none are passed over: the store reports them.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    async for stream_id, fields in entries(redis, start):
        try:
            published = from_entry(stream_id, fields)
        except MalformedCaptionError:
            continue
        yield published


async def newest_id(redis: Redis) -> str:
    """Id of the newest entry, "" where there is none.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    found: Any = await redis.xrevrange(keys.CAPTIONS, count=1)
    return str(found[0][0].decode()) if found else ""
