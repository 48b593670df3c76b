"""What has been said in a room: stored captions together with those that are still only in the stream."""

from __future__ import annotations

from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from sqlalchemy import or_, select

from app.captions import event_ids, stream
from app.captions.events import CaptionEvent, MalformedCaptionError, concerns, from_entry
from app.db import Sessions
from app.tables import Room, StoredCaption
from tasks.wire import keys
from tasks.wire.messages import Caption, Timeline

GROUP: Final = "web"
"""Consumer group of the stream that stands for the database."""
LIMIT: Final = 1_000
"""At most so many captions are shown again, the newest."""


class History:
    """Reads captions in the order of the stream, each segment and language once.

    The stream is read before the database: a caption that moves from one to the other in between is seen twice,
    and shown once, instead of being missed.
    """

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions

    async def after(self, room: str, language: str, event_id: str, *, stores: bool = True) -> list[CaptionEvent]:
        """Final captions of `room` that concern readers of `language`, later than the padded `event_id`.

        Of a room that stores none, these are what the stream still holds: the last minutes (`retention.REDIS_KEPT`).

        Raises:
            redis.RedisError: Redis does not answer, so that the newest captions cannot be had.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        unstored = await self._unstored(room) if stores else await self._from(room, "-")
        found = {
            event.caption.key: event
            for event in [*unstored, *await self.stored_after(room, language, event_id)]
            if event.event_id > event_id and concerns(event.caption, language)
        }
        return sorted(found.values(), key=lambda event: event.event_id)[-LIMIT:]

    async def stored_after(self, room: str, language: str, event_id: str) -> list[CaptionEvent]:
        """The same from the database alone.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        query = (
            select(StoredCaption)
            .join(Room, Room.id == StoredCaption.room_id)
            .where(Room.code == room, StoredCaption.event_id > event_id)
            .where(
                or_(
                    StoredCaption.language == StoredCaption.source_language,
                    StoredCaption.language == language,
                )
            )
            .order_by(StoredCaption.event_id.desc())
            .limit(LIMIT)
        )
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
        return [CaptionEvent(row.event_id, published(row, room)) for row in reversed(rows)]

    async def transcript(self, room: str, segment: str, *, stores: bool = True) -> CaptionEvent | None:
        """The transcript of one segment, if it has been published.

        Raises:
            redis.RedisError: Redis does not answer.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        for event in await self._unstored(room) if stores else await self._from(room, "-"):
            if event.caption.segment == segment and event.caption.is_source:
                return event
        query = (
            select(StoredCaption)
            .join(Room, Room.id == StoredCaption.room_id)
            .where(Room.code == room, StoredCaption.segment == segment)
            .where(StoredCaption.language == StoredCaption.source_language)
        )
        async with self._sessions() as session:
            row = (await session.scalars(query)).first()
        return None if row is None else CaptionEvent(row.event_id, published(row, room))

    async def unstored_from(self) -> str | None:
        """Where the part of the stream begins that the database may lack.

        Returns:
            A bound for XRANGE, or None while there is no stream.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        try:
            groups: list[dict[str, Any]] = await self._redis.xinfo_groups(keys.CAPTIONS)
        except ResponseError:  # no such key
            return None
        group = next((one for one in groups if one["name"] == GROUP.encode()), None)
        if group is None:
            return "-"
        if group["pending"]:
            first = (await self._redis.xpending(keys.CAPTIONS, GROUP))["min"]
            if first is not None:
                return str(first.decode())
        return f"({group['last-delivered-id'].decode()}"

    async def _unstored(self, room: str) -> list[CaptionEvent]:
        start = await self.unstored_from()
        return [] if start is None else await self._from(room, start)

    async def _from(self, room: str, start: str) -> list[CaptionEvent]:
        events: list[CaptionEvent] = []
        async for stream_id, fields in stream.entries(self._redis, start):
            try:
                event = from_entry(stream_id, fields)
            except MalformedCaptionError:
                continue  # the store reports and drops it
            if event.caption.room == room:
                events.append(event)
        return events


def published(row: StoredCaption, room: str) -> Caption:
    """A stored caption of the room with the code `room`, as it is published: corrected where somebody did."""
    return Caption(
        segment=row.segment,
        room=room,
        speaker=row.speaker,
        seq=row.seq,
        language=row.language,
        source_language=row.source_language,
        text=row.shown_text,
        final=True,
        engine=row.engine,
        timeline=Timeline(**row.timeline),
        draft=row.draft,
        corrected=row.correction is not None,
    )


def newest(events: list[CaptionEvent], otherwise: str = event_ids.START) -> str:
    """Padded id of the last event in order, or `otherwise` where there is none."""
    return events[-1].event_id if events else otherwise
