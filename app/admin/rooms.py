"""Looking after rooms: finding, making, scheduling, closing and opening them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, func, or_, select, update

from app.admin.room_form import RoomSettings
from app.db import Sessions
from app.rooms.closing import close_room
from app.rooms.codes import new_code, read_code
from app.rooms.sfu import SfuDownError, SfuOperator, State
from app.tables import Participant, Room, StoredCaption

ROOMS_PER_PAGE: Final = 50
"""Rooms on one page."""
Show = Literal["open", "early", "closed", "demo", "all"]


@dataclass(frozen=True)
class Counts:
    """What the database has of a room."""

    participants: int
    captions: int


class RoomAdmin:
    """Raises as `app.rooms.service.RoomService` does."""

    def __init__(self, sessions: Sessions, sfu: SfuOperator) -> None:
        self._sessions = sessions
        self._sfu = sfu

    async def find(self, words: str, show: Show, number: int) -> tuple[list[Room], int]:
        """One page of rooms, the newest first, and how many there are; `words` are in the name, or are the code."""
        query = select(Room).where(*_shown(show, datetime.now(UTC)))
        if words:
            code = read_code(words)
            query = query.where(or_(Room.code == code, Room.name.icontains(words, autoescape=True)))
        async with self._sessions() as session:
            count = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
            page = query.order_by(Room.id.desc()).offset(number * ROOMS_PER_PAGE).limit(ROOMS_PER_PAGE)
            return list(await session.scalars(page)), count

    async def get(self, room_id: int) -> Room | None:
        """One room."""
        async with self._sessions() as session:
            return await session.get(Room, room_id)

    async def counts(self, room_id: int) -> Counts:
        """How much there is of it."""
        people = select(func.count()).select_from(Participant).where(Participant.room_id == room_id)
        captions = select(func.count()).select_from(StoredCaption).where(StoredCaption.room_id == room_id)
        async with self._sessions() as session:
            return Counts(await session.scalar(people) or 0, await session.scalar(captions) or 0)

    async def make(self, settings: RoomSettings) -> Room:
        """A new room."""
        async with self._sessions.begin() as session:
            room = Room(code=new_code(), kind="call", **settings.columns())
            session.add(room)
        return room

    async def change(self, room_id: int, settings: RoomSettings) -> None:
        """Give a room other settings; people who are in stay in, however few fit in from now on."""
        async with self._sessions.begin() as session:
            await session.execute(update(Room).where(Room.id == room_id).values(**settings.columns()))

    async def close(self, room: Room) -> bool:
        """Close a room and end the call in it; False where the SFU could not be told, so that the call goes on.

        Nobody can enter from then on in either case.
        """
        return await close_room(self._sessions, self._sfu, room)

    async def open(self, room: Room) -> None:
        """Let people in again, from now on and until somebody closes it; a time to close that has passed is dropped."""
        now = datetime.now(UTC)
        later = room.closes_at if room.closes_at and room.closes_at > now else None
        values = {"closed_at": None, "closes_at": later, "opens_at": None}
        async with self._sessions.begin() as session:
            await session.execute(update(Room).where(Room.id == room.id).values(**values))

    async def close_due(self) -> int:
        """Close the rooms whose time is over, and end their calls; how many. To be called every few seconds.

        While the SFU does not answer they stay as they are: nobody can enter, and the next call of this tries again.
        """
        now = datetime.now(UTC)
        due = select(Room).where(Room.closed_at.is_(None), Room.closes_at <= now).limit(100)
        async with self._sessions() as session:
            rooms = list(await session.scalars(due))
        for room in rooms:
            try:
                await self._sfu.end(room.code)
            except SfuDownError:
                return 0
            async with self._sessions.begin() as session:
                await session.execute(update(Room).where(Room.id == room.id).values(closed_at=room.closes_at))
        return len(rooms)

    async def end_strays(self) -> int:
        """End calls in rooms that are closed or gone; how many. To be called every few seconds.

        There are some where an SFU did not hear of the closing, or was started again after it.
        """
        state = await self.now()
        if not state or not state.rooms:
            return 0
        open_still = or_(Room.closes_at.is_(None), Room.closes_at > datetime.now(UTC))
        known = select(Room.code).where(Room.code.in_(state.rooms), Room.closed_at.is_(None), open_still)
        async with self._sessions() as session:
            open_ = set(await session.scalars(known))
        strays = state.rooms.keys() - open_
        for code in strays:
            try:
                await self._sfu.end(code)
            except SfuDownError:
                return 0
        return len(strays)

    async def living(self) -> Collection[str] | None:
        """Codes of the rooms that somebody is in; None while the SFU does not answer."""
        state = await self.now()
        return None if state is None else [code for code, now in state.rooms.items() if now.people]

    async def now(self) -> State | None:
        """Who is where; None while the SFU does not answer."""
        try:
            return await self._sfu.look()
        except SfuDownError:
            return None


def _shown(show: Show, now: datetime) -> list[ColumnElement[bool]]:
    open_ = [Room.closed_at.is_(None), or_(Room.closes_at.is_(None), Room.closes_at > now)]
    if show == "open":
        return [*open_, or_(Room.opens_at.is_(None), Room.opens_at <= now)]
    if show == "early":
        return [*open_, Room.opens_at > now]
    if show == "closed":
        return [or_(Room.closed_at.is_not(None), Room.closes_at <= now)]
    return [Room.kind == "demo"] if show == "demo" else []
