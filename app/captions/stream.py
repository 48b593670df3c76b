"""Reading the stream of final captions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from app.captions.lives import Lives
from app.captions.published import MalformedCaptionError, PublishedCaption, from_entry, in_entry
from tasks.wire import keys
from tasks.wire.messages import Caption

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


async def captions(redis: Redis, lives: Lives, start: str) -> AsyncIterator[PublishedCaption]:
    """Every caption from `start` on, in order. Entries that hold none are passed over: the store reports them.

    Raises:
        redis.RedisError: Redis does not answer.
        sqlalchemy.exc.SQLAlchemyError: a life of the stream is new, and the database does not answer.
    """
    async for stream_id, fields in entries(redis, start):
        try:
            published = await from_entry(stream_id, fields, lives)
        except MalformedCaptionError:
            continue
        yield published


async def spoken(redis: Redis) -> AsyncIterator[tuple[str, Caption]]:
    """The id and the caption of every entry, without a place in the order of all lives: it needs no database.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    async for stream_id, fields in entries(redis, "-"):
        try:
            _, caption = in_entry(stream_id, fields)
        except MalformedCaptionError:
            continue
        yield stream_id.decode(), caption


async def last_id(redis: Redis) -> str:
    """The last id that the stream has given, though its entry may have been taken out; "0-0" where there is none.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    try:
        found: Any = await redis.xinfo_stream(keys.CAPTIONS)
    except ResponseError:  # no such key
        return "0-0"
    return str(found["last-generated-id"].decode())


async def life(redis: Redis) -> str:
    """The name of the stream's life; "" where there is none.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    name: Any = await redis.get(keys.CAPTIONS_LIFE)
    return str(name.decode()) if name else ""
