"""One line that was taken for another language goes, before it is recognised again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from redis.asyncio import Redis
from sqlalchemy import delete

from app.captions import stream
from app.db import Sessions
from app.tables import Room, StoredCaption
from tasks.wire import keys
from tasks.wire.keys import CaptionKey

CORRECTABLE: Final = 150
"""Seconds after it was found out: less than the bridge keeps the sound (`app.media.bridge.mistakes.KEPT_SECONDS`)."""


async def withdraw(redis: Redis, sessions: Sessions, room: Room, segment: str, languages: Sequence[str]) -> bool:
    """Take an utterance back whose language a worker had found out; whether there is such a one.

    What workers still make of it is refused from then on, and so spoken to nobody.

    Raises:
        redis.RedisError: Redis does not answer.
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    left = await redis.ttl(keys.identified(segment))
    if left < keys.PCM_TTL - CORRECTABLE:  # or it is not there, which is -2
        return False
    found = stream.spoken(redis)
    spoken = [entry async for entry, caption in found if (caption.room, caption.segment) == (room.code, segment)]
    if not spoken:
        return False
    for language in languages:
        await redis.set(keys.final_published(CaptionKey(segment, language)), "withdrawn", ex=keys.ONCE_TTL)
    await redis.xdel(keys.CAPTIONS, *spoken)
    await redis.delete(keys.identified(segment))
    async with sessions.begin() as session:
        await session.execute(
            delete(StoredCaption).where(StoredCaption.room_id == room.id, StoredCaption.segment == segment)
        )
    return True
