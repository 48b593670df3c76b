"""What is kept of calls as sound goes with what was said: for those who ask for it, and when its time is up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from redis.asyncio import Redis
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.tables import KeptCall, KeptConsent, KeptTrack, Participant, Room
from tasks.wire import keys
from tasks.wire.kept import unpack


async def forget_old(session: AsyncSession, now: datetime, days: int) -> int:
    """Delete what is due of the rooms with so many days: whole calls, by their beginning; how many that were."""
    rooms = select(Room.id).where(Room.retention_days == days)
    old = delete(KeptCall).where(KeptCall.room_id.in_(rooms), KeptCall.started_at < now - timedelta(days=days))
    return _count(await session.execute(old))


async def forget_room(session: AsyncSession, room: Room) -> int:
    """Delete all of a room, also what is being kept; how many calls that were."""
    return _count(await session.execute(delete(KeptCall).where(KeptCall.room_id == room.id)))


async def forget_person(session: AsyncSession, room: Room, person: Participant) -> None:
    """Delete somebody's voice and its dubs; where they have agreed, that counts anew from now on."""
    calls = select(KeptCall.id).where(KeptCall.room_id == room.id)
    await session.execute(calls.with_for_update())  # what is being stored is stored before, or looks at this
    theirs = KeptTrack.call_id.in_(calls), KeptTrack.speaker == person.id
    await session.execute(delete(KeptTrack).where(*theirs))
    said = KeptConsent.call_id.in_(calls), KeptConsent.participant_id == person.id
    now = datetime.now(UTC)
    for consent in await session.scalars(select(KeptConsent).where(*said)):
        if consent.until is None:
            consent.since = now
        else:
            await session.delete(consent)


async def forget_on_the_way(redis: Redis, code: str, speaker: str = "") -> None:
    """Delete what has not come into the database yet, of a room or of one `speaker` in it.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    found: Any = await redis.xrange(keys.KEPT)
    for entry, fields in found:
        try:
            chunk = unpack(fields.get(b"c", b""))
        except msgspec.DecodeError:
            continue
        if chunk.room == code and speaker in {"", chunk.speaker}:
            await redis.xdel(keys.KEPT, entry)


def _count(result: Any) -> int:  # noqa: ANN401 - SQLAlchemy's own type has no count
    return result.rowcount if isinstance(result, CursorResult) else 0
