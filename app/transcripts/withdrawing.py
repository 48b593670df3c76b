"""What was taken for another language goes, before it is recognised again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

import msgspec
from redis.asyncio import Redis
from sqlalchemy import delete

from app.captions import stream
from app.db import Sessions
from app.tables import Room, StoredCaption
from tasks.wire import keys
from tasks.wire.keys import CaptionKey
from tasks.wire.messages import Part, sentence_id

CORRECTABLE: Final = 150
"""Seconds after it was found out: less than the bridge keeps the sound (`app.media.bridge.mistakes.KEPT_SECONDS`)."""


async def withdraw(redis: Redis, sessions: Sessions, room: Room, segment: str, languages: Sequence[str]) -> bool:
    """Take an utterance back whose language a worker had found out; whether there is such a one.

    What workers still make of it is refused from then on, and so spoken to nobody.

    Raises:
        redis.RedisError: Redis does not answer.
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    written, left = await redis.get(keys.identified(segment)), await redis.ttl(keys.identified(segment))
    if not isinstance(written, bytes) or left < keys.PCM_TTL - CORRECTABLE:
        return False
    parts = msgspec.json.decode(written, type=list[Part])
    sentences = [sentence_id(segment, number) for number in range(len(parts))]
    found = stream.spoken(redis)
    spoken = [entry async for entry, caption in found if caption.room == room.code and caption.segment in sentences]
    if not spoken:
        return False
    for key in product(sentences, languages):
        await redis.set(keys.final_published(CaptionKey(*key)), "withdrawn", ex=keys.ONCE_TTL)
    await redis.xdel(keys.CAPTIONS, *spoken)
    await redis.delete(keys.identified(segment))
    async with sessions.begin() as session:
        await session.execute(
            delete(StoredCaption).where(StoredCaption.room_id == room.id, StoredCaption.segment.in_(sentences))
        )
    return True
