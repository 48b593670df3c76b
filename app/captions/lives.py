"""The lives of the stream of captions, in the order in which this installation met them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.captions import event_ids
from app.captions.event_ids import START, UNNAMED, Life
from app.db import Sessions
from app.tables import StoredCaption, StreamLife


class Lives:
    """Numbers each life when it is first met. The database is asked once about each: there are as many as losses.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._known = {UNNAMED.name: UNNAMED}

    async def of(self, name: str) -> Life:
        """The life of this name: the newest, where it is met for the first time."""
        if name not in self._known:
            async with self._sessions.begin() as session:
                dialect = session.get_bind().dialect.name
                insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
                await session.execute(insert(StreamLife).values(name=name).on_conflict_do_nothing())
                number = (await session.scalars(select(StreamLife.id).where(StreamLife.name == name))).one()
            self._known[name] = Life(number, name)
        return self._known[name]

    async def stored(self, life: Life) -> str:
        """The newest event id of this life that is stored."""
        first, end = f"{life.number:08d}-", f"{life.number + 1:08d}-"
        newest = select(func.max(StoredCaption.event_id)).where(
            StoredCaption.event_id >= first, StoredCaption.event_id < end
        )
        async with self._sessions() as session:
            return await session.scalar(newest) or START

    async def position(self, shown: str) -> str:
        """The event id of a position that a reader names.

        It is the start where the life is unknown, as after a backup was restored: the reader is sent everything again
        rather than nothing.

        Raises:
            ValueError: it is no position.
        """
        asked = event_ids.parsed(shown)
        if asked is None:
            return START
        if asked.life not in self._known:
            async with self._sessions() as session:
                if await session.scalar(select(StreamLife.id).where(StreamLife.name == asked.life)) is None:
                    return START
        return event_ids.event_id(asked.stream_id, await self.of(asked.life))
