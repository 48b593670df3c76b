"""Rooms and participants in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.tokens import ORIGINAL
from app.captions.speakers import Speakers
from app.db import Sessions
from app.rooms.codes import new_code
from app.rooms.demos import FIRST, Demo
from app.rooms.door import Entry, interprets_of
from app.rooms.forms import JoinForm
from app.rooms.seen import note_seen
from app.rooms.talk_form import TalkForm
from app.tables import Participant, Room
from app.web.errors import KeptOutError

USED_EVERY: Final = timedelta(hours=1)
DEMO_ENTERING: Final = timedelta(minutes=2)
"""A demo room that young counts against the limit although nobody is in it: somebody is on their way."""
DEMO_EMPTY: Final = timedelta(minutes=10)
"""A demo room that is older and that nobody is in is closed, so that nobody fills one after the other."""
DEMO_LIFETIME: Final = timedelta(hours=12)
"""After that a demo room is closed in any case."""
DEMO_NAME: Final = "Demo"
"""Of the room and of the recorded speaker: the same word in every language of the interface."""


Living = Callable[[], Awaitable[Collection[str] | None]]
"""Codes of the rooms that somebody is in; None where nobody can tell."""


class RoomService:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(
        self,
        sessions: Sessions,
        speakers: Speakers,
        max_demo_rooms: int,
        living: Living,
        *,
        waiting_room: bool = False,
    ) -> None:
        """`waiting_room`: whether new rooms have one."""
        self._sessions = sessions
        self._living = living
        self._speakers = speakers
        self._max_demo_rooms = max_demo_rooms
        self._waiting_room = waiting_room
        self._demo = asyncio.Lock()

    async def create(self, name: str) -> Room:
        """A new room."""
        async with self._sessions.begin() as session:
            room = Room(code=new_code(), name=name, kind="call", waiting_room=self._waiting_room)
            session.add(room)
        return room

    async def find(self, code: str) -> Room | None:
        """The room with this code, open or closed."""
        async with self._sessions() as session:
            return (await session.scalars(select(Room).where(Room.code == code))).one_or_none()

    async def note_use(self, room: Room, person: Participant) -> None:
        """Somebody enters; noted once an hour, so that rooms in use and people in calls stay (`transcripts.purge`)."""
        await note_seen(self._sessions, [person])
        now = datetime.now(UTC)
        if room.used_at is None or now - room.used_at >= USED_EVERY:
            async with self._sessions.begin() as session:
                await session.execute(update(Room).where(Room.id == room.id).values(used_at=now))

    async def participant(self, participant_id: str, room: Room) -> Participant | None:
        """A participant of this room."""
        query = select(Participant).where(Participant.id == participant_id, Participant.room_id == room.id)
        async with self._sessions() as session:
            return (await session.scalars(query)).one_or_none()

    async def join(self, room: Room, form: JoinForm, earlier: str | None, entry: Entry | None = None) -> Participant:
        """Enter a room as `earlier`; somebody who comes back stays the same participant with the new choices.

        Without an `entry` only the choices change.

        Raises:
            KeptOutError: a host has removed or refused them, perhaps in this moment.
        """
        try:
            person = await self._enter(room, form, earlier, entry)
        except IntegrityError:  # the same browser has entered in the same moment
            person = await self._enter(room, form, earlier, entry)
        self._speakers.remember(person.id, person.name)
        return person

    async def _enter(self, room: Room, form: JoinForm, earlier: str | None, entry: Entry | None) -> Participant:
        async with self._sessions.begin() as session:
            person = await session.get(Participant, earlier, with_for_update=True) if earlier else None
            if person is None:
                person = Participant(**{"id": earlier} if earlier else {}, room_id=room.id, kind="person")
                session.add(person)
            elif person.room_id != room.id or person.kind != "person":
                person = Participant(room_id=room.id, kind="person")
                session.add(person)
            if entry:
                if person.standing in {"refused", "removed"}:
                    raise KeptOutError
                person.role, person.standing, person.address = entry.role, entry.standing, entry.address
                if entry.link and entry.link.kind == "host":  # no other link undoes what that one gave
                    person.link_id = entry.link.id
                if entry.link and entry.link.interprets:
                    person.interprets, person.interprets_by = interprets_of(entry.link, person), entry.link.id
                _offer(person, form)
                if entry.standing == "in" and person.admitted_at is None:
                    person.admitted_at = datetime.now(UTC)
            person.seen_at = datetime.now(UTC)
            person.name, person.speak, person.read, person.hear = form.name, form.speak, form.read, form.hear
            person.hear_drafts, person.whole_sentences = form.hear_drafts, form.whole_sentences
            person.among = " ".join(form.spoken)
        return person

    async def languages(self, room: Room) -> list[str]:
        """The languages that people in the room speak, or have spoken there."""
        query = select(Participant.speak, Participant.among).where(
            Participant.room_id == room.id, Participant.kind == "person", Participant.standing == "in"
        )
        async with self._sessions() as session:
            rows = (await session.execute(query.distinct())).all()
        return sorted({code for speak, among in rows for code in among.split() or [speak]})

    async def removed_from(self, room: Room, address: str) -> bool:
        """Whether somebody was removed from the room who came from an address with this mark."""
        query = select(Participant.id).where(
            Participant.room_id == room.id, Participant.standing == "removed", Participant.address == address
        )
        async with self._sessions() as session:
            return (await session.scalars(query.limit(1))).first() is not None

    async def join_demo(self, visitor_name: str, demo: Demo = FIRST) -> tuple[Room, Participant]:
        """Enter a room of a demo: a new one, or its newest while as many as allowed live.

        Where not every installation translates it well, the visitor hears drafts, too: captions say what they are.
        """
        living = await self._living()
        async with self._demo, self._sessions.begin() as session:
            await _close_old_demos(session, living)
            rooms = await _living_demos(session, demo, living)
            if len(rooms) >= max(1, self._max_demo_rooms):
                room = rooms[0]
            else:
                room = await _new_demo(session, demo)
            visitor = Participant(
                room_id=room.id,
                kind="person",
                role="listener",
                name=visitor_name,
                speak=demo.reads,
                read=demo.reads,
                hear=demo.reads,
                hear_drafts=not demo.always,
            )
            session.add(visitor)
        return room, visitor

    async def create_talk(self, name: str, form: TalkForm) -> tuple[Room, Participant]:
        """A new room for two people at one device, and the device: its one participant, who holds both languages.

        Nobody comes in by the room's plain link, and nothing is stored unless it is to be kept.
        """
        async with self._sessions.begin() as session:
            room = Room(code=new_code(), name=name, kind="talk", guests="nobody", waiting_room=False)
            if not form.keep:
                room.retention_days = 0
            session.add(room)
            await session.flush()
            device = Participant(
                room_id=room.id,
                kind="person",
                role="host",
                name=name,
                speak=form.near,
                read=form.far,
                hear=ORIGINAL,
                hear_drafts=form.hear_drafts,
            )
            session.add(device)
        self._speakers.remember(device.id, device.name)
        return room, device

    async def talker(self, room: Room) -> Participant | None:
        """The device of a talk."""
        query = select(Participant).where(Participant.room_id == room.id, Participant.role == "host")
        async with self._sessions() as session:
            return (await session.scalars(query.order_by(Participant.created_at))).first()

    async def recorded_speaker(self, room: Room) -> Participant | None:
        """The recording that plays in a demo room."""
        query = select(Participant).where(Participant.room_id == room.id, Participant.kind == "recording")
        async with self._sessions() as session:
            return (await session.scalars(query)).first()


def _offer(person: Participant, form: JoinForm) -> None:
    """Note what somebody offers to interpret; who is a host, or may interpret already, asks nobody."""
    offers = " ".join(form.offers)
    if offers and person.hosts:
        person.interprets = offers
    person.offers = "" if person.interprets else offers


async def _close_old_demos(session: AsyncSession, living: Collection[str] | None) -> None:
    now = datetime.now(UTC)
    old = Room.created_at < now - DEMO_LIFETIME
    if living is not None:
        old = or_(old, and_(Room.created_at < now - DEMO_EMPTY, Room.code.not_in(living)))
    await session.execute(update(Room).where(Room.kind == "demo", Room.closed_at.is_(None), old).values(closed_at=now))


async def _living_demos(session: AsyncSession, demo: Demo, living: Collection[str] | None) -> list[Room]:
    """Those that somebody is in or about to enter, the newest first; all that are open where nobody can tell."""
    query = (
        select(Room)
        .join(Participant, Participant.room_id == Room.id)
        .where(Participant.kind == "recording", Participant.speak == demo.speaks)
        .where(Room.kind == "demo", Room.closed_at.is_(None))
        .order_by(Room.created_at.desc(), Room.id.desc())
    )
    if living is not None:
        entering = datetime.now(UTC) - DEMO_ENTERING
        query = query.where(or_(Room.created_at >= entering, Room.code.in_(living)))
    return list(await session.scalars(query))


async def _new_demo(session: AsyncSession, demo: Demo) -> Room:
    room = Room(code=new_code(), name=DEMO_NAME, kind="demo")
    session.add(room)
    await session.flush()
    speaker = Participant(
        room_id=room.id,
        kind="recording",
        name=DEMO_NAME,
        speak=demo.speaks,
        read=demo.speaks,
        hear=ORIGINAL,
    )
    session.add(speaker)
    return room
