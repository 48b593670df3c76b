"""The final captions of a room: as they are published, and as the database has them."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from app.db import create_engine, create_sessions
from app.tables import Room, StoredCaption
from ops.harness.stack import Stack
from tasks.wire import keys
from tasks.wire.messages import Caption, decode

Finals = dict[tuple[str, str], Caption]
"""Segment and language → the caption."""


async def follow_finals(stack: Stack, room: str, found: Finals) -> None:
    """Note every final caption of a room as it is published, through any outage of Redis, for ever."""
    while True:
        redis = Redis.from_url(stack.redis_url, socket_connect_timeout=1)
        with suppress(RedisError, OSError):
            async with redis.pubsub() as channel:
                await channel.subscribe(keys.captions_channel(room))
                async for message in channel.listen():
                    if message["type"] == "message":
                        caption = decode(message["data"].partition(b" ")[2], Caption)
                        if caption.final:
                            found[caption.segment, caption.language] = caption
        await redis.aclose()
        await asyncio.sleep(0.05)


async def stored(stack: Stack, room: str) -> list[tuple[str, str]]:
    """Segment and language of every caption of a room in the database."""
    url = stack.env.get("DATABASE_URL") or f"sqlite+aiosqlite:///{stack.folder / 'jbcalling.db'}"
    engine = create_engine(url)
    async with create_sessions(engine)() as session:
        query = select(StoredCaption.segment, StoredCaption.language).join(Room, Room.id == StoredCaption.room_id)
        rows = [(segment, language) for segment, language in await session.execute(query.where(Room.code == room))]
    await engine.dispose()
    return rows


def twice(captions: Finals) -> int:
    """Captions of speech that another caption has, too."""
    sources = [caption for caption in captions.values() if caption.is_source]
    spans = sorted((source.timeline.speech_start, source.timeline.speech_end) for source in sources)
    return sum(later < end - 0.3 for (_, end), (later, _) in itertools.pairwise(spans))
