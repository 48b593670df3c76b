"""What has been said in a room: stored captions together with those that are still only in the stream."""

from __future__ import annotations

from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from sqlalchemy import select

from app.captions import event_ids, stream
from app.captions.lives import Lives
from app.captions.published import PublishedCaption, is_shown_in
from app.captions.rows import from_row, shown_in
from app.db import Sessions
from app.tables import Room, StoredCaption
from tasks.wire import keys

GROUP: Final = "web"
"""Consumer group of the stream that stands for the database."""
MAX_CAPTIONS: Final = 2_000
"""At most so many captions are shown again, the newest."""


class History:
    """Reads captions in the order of the stream, each segment and language once.

    The stream is read before the database: a caption that moves from one to the other in between is seen twice,
    and shown once, instead of being missed.
    """

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions
        self.lives = Lives(sessions)

    async def after(self, room: str, language: str, event_id: str, *, stores: bool = True) -> list[PublishedCaption]:
        """Final captions of `room` that concern readers of `language`, later than `event_id`.

        Of a room that stores none, these are what the stream still holds: the last minutes (`retention.REDIS_SECONDS`).

        Raises:
            redis.RedisError: Redis does not answer, so that the newest captions cannot be had.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        unstored = await self._unstored(room) if stores else await self._from(room, "-")
        found = {
            published.caption.key: published
            for published in [*unstored, *await self.stored_after(room, language, event_id)]
            if published.event_id > event_id and is_shown_in(published.caption, language)
        }
        return sorted(found.values(), key=lambda published: published.event_id)[-MAX_CAPTIONS:]

    async def stored_after(self, room: str, language: str, event_id: str) -> list[PublishedCaption]:
        """The same from the database alone.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        query = (
            select(StoredCaption)
            .join(Room, Room.id == StoredCaption.room_id)
            .where(Room.code == room, StoredCaption.event_id > event_id)
            .where(shown_in(language))
            .order_by(StoredCaption.event_id.desc())
            .limit(MAX_CAPTIONS)
        )
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
        return [from_row(row, room) for row in reversed(rows)]

    async def transcript(self, room: str, segment: str, *, stores: bool = True) -> PublishedCaption | None:
        """The transcript of one segment, if it has been published.

        Raises:
            redis.RedisError: Redis does not answer.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        for published in await self._unstored(room) if stores else await self._from(room, "-"):
            if published.caption.segment == segment and published.caption.is_source:
                return published
        query = (
            select(StoredCaption)
            .join(Room, Room.id == StoredCaption.room_id)
            .where(Room.code == room, StoredCaption.segment == segment)
            .where(StoredCaption.language == StoredCaption.source_language)
        )
        async with self._sessions() as session:
            row = (await session.scalars(query)).first()
        return None if row is None else from_row(row, room)

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
        web = next((group for group in groups if group["name"] == GROUP.encode()), None)
        if web is None:
            return "-"
        if web["pending"]:
            first = (await self._redis.xpending(keys.CAPTIONS, GROUP))["min"]
            if first is not None:
                return str(first.decode())
        return f"({web['last-delivered-id'].decode()}"

    async def _unstored(self, room: str) -> list[PublishedCaption]:
        start = await self.unstored_from()
        return [] if start is None else await self._from(room, start)

    async def _from(self, room: str, start: str) -> list[PublishedCaption]:
        found = stream.captions(self._redis, self.lives, start)
        return [published async for published in found if published.caption.room == room]


def newest(captions: list[PublishedCaption], otherwise: str = event_ids.START) -> str:
    """Event id of the last caption in order, or `otherwise` where there is none."""
    return captions[-1].event_id if captions else otherwise
