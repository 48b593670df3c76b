"""What hosts decide, and that it holds: written down, told to the SFU and the feeds at once, and looked after.

The database says who may what. Every two seconds the people in the SFU are compared with it, so that nothing is lost
where an SFU did not answer, or was started again; and so are the feeds of this process: it may be another `web` that
was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from app.captions.feeds import Feeds
from app.db import Sessions
from app.rooms.closing import close_room
from app.rooms.knocks import Knocks
from app.rooms.links import RoomLinks
from app.rooms.placing import Places
from app.rooms.seen import note_seen
from app.rooms.sfu import Now, SfuDownError, SfuOperator
from app.rooms.succession import stand_ins
from app.tables import Participant, Room, RoomLink, Standing

LOOK_EVERY: Final = 2.0
"""Seconds between two comparisons."""
MOST_SHOWN: Final = 500
"""People who wait, and who are kept out, that a host sees at once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Scene:
    """What a host sees."""

    inside: list[Participant]
    """The longest there first."""
    waiting: list[Participant]
    kept_out: list[Participant]
    speaking: set[str] = field(default_factory=set)
    """Ids of those inside who may speak."""


class Moderation:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer.

    Where the SFU does not, methods that say so raise `SfuDownError`: what was decided holds at our own doors at once,
    and in the SFU as soon as it answers.
    """

    def __init__(
        self, sessions: Sessions, sfu: SfuOperator, places: Places, feeds: Feeds, links: RoomLinks, knocks: Knocks
    ) -> None:
        self._sessions = sessions
        self._places = places
        self._sfu = sfu
        self._feeds = feeds
        self._links = links
        self._knocks = knocks

    async def run(self) -> None:
        """Compare for ever. Run it as a task."""
        while True:
            try:
                await self.look_at_feeds()
                await self.look()
            except SfuDownError:
                pass  # others say so; nobody is in a call that we could end
            except (SQLAlchemyError, OSError) as error:
                log.warning("rooms.not_looked_after", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Let the SFU do as the database says, and let somebody follow the last host who has left.

        Raises:
            SfuDownError: no SFU answers.
        """
        state = await self._sfu.look()
        for now in state.rooms.values():
            if len(now.sfus) > 1:
                await self._gather(now)
            await self._look_at(now)

    async def _gather(self, now: Now) -> None:
        """Bring the people of a room together whose pages have not all moved, or who would have it for themselves."""
        here = await self._places.operator(now.room)
        if here:
            log.warning("rooms.gathered", room=now.room, sfus=now.sfus, at=here)
            await self._sfu.send_on(now.room, [sfu for sfu in now.sfus if sfu != here])

    async def look_at_feeds(self) -> None:
        """End the feeds of whoever may not read any more, whichever `web` was told so."""
        codes = self._feeds.rooms()
        if not codes:
            return
        room_of = Room.code.in_(codes)
        kept_out = select(Participant.id).join(Room).where(room_of, Participant.standing.in_(("refused", "removed")))
        revoked = select(RoomLink.lookup).join(Room).where(room_of, RoomLink.revoked_at.is_not(None))
        async with self._sessions() as session:
            open_still = set(await session.scalars(select(Room.code).where(room_of, Room.closed_at.is_(None))))
            people = list(await session.scalars(kept_out))
            links = set(await session.scalars(revoked))
        for code in codes - open_still:
            self._feeds.close_room(code)
        for person in people:
            self._feeds.end_participant(person)
        for token in links & self._feeds.tokens():
            self._feeds.end_token(token)

    async def _look_at(self, now: Now) -> None:
        room, inside = await self._inside(now)
        if room is None or room.kind == "demo":
            return
        await note_seen(self._sessions, inside)
        out = {person.id for person in inside if person.standing != "in"}
        there = [person for person in inside if person.id not in out]
        follow = stand_ins(there)
        changed = {person.id for person in there if person.stands_in != (person.id in follow)}
        if changed:
            await self._set(changed - follow, stands_in=False)
            await self._set(follow, stands_in=True)
            log.info("rooms.host_followed", room=room.code, people=len(follow))
            for person in there:
                person.stands_in = person.id in follow
        if follow or any(person.role == "host" for person in there):
            await self._relieve(room, there)
        held = {person.id: person.rights for person in now.people}
        wrong = {person.id: rights for person in there if list(rights := person.rights(room)) != held[person.id]}
        if out or wrong:
            await self._sfu.order(room.code, remove=out, rights=wrong)
        if room.in_turns != now.turns:
            await self._sfu.take_turns(room.code, taken=room.in_turns)

    async def _relieve(self, room: Room, there: Sequence[Participant]) -> None:
        """Whoever stood in and has left is host no more, now that somebody who is `there` is."""
        ids = {person.id for person in there}
        async with self._sessions() as session:
            standing_in = select(Participant.id).where(Participant.room_id == room.id, Participant.stands_in)
            away = set(await session.scalars(standing_in)) - ids
        await self._set(away, stands_in=False)

    async def scene(self, room: Room) -> Scene:
        """Who is in, who waits, and who has been kept out.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        now = await self._sfu.room(room.code)
        inside = (await self._inside(now))[1] if now else []
        theirs = select(Participant).where(Participant.room_id == room.id).limit(MOST_SHOWN)
        knocking = await self._knocks.recent(room)
        at_the_door = theirs.where(Participant.standing == "waiting", Participant.id.in_(knocking))
        refused = theirs.where(Participant.standing.in_(("refused", "removed")))
        async with self._sessions() as session:
            waiting = list(await session.scalars(at_the_door.order_by(Participant.created_at, Participant.id)))
            kept_out = list(await session.scalars(refused.order_by(Participant.created_at.desc(), Participant.id)))
        speaking = {person.id for person in now.people if "audio" in person.rights} if now else set()
        return Scene([one for one in inside if one.standing == "in"], waiting, kept_out, speaking)

    async def knock(self, person: Participant) -> None:
        """Somebody's page says that they still wait."""
        await self._knocks.note(person)

    async def mute(self, room: Room, people: Collection[str]) -> None:
        """Silence voices until those turn them on again.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        await self._sfu.order(room.code, mute=people)

    async def remove(self, room: Room, person: Participant) -> None:
        """Send somebody out and keep them out, with the feeds and the links that they have opened and made.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        role = "speaker" if person.role == "host" else person.role
        await self._set(
            {person.id}, standing="removed", stands_in=False, vouched=False, role=role, interprets="", offers=""
        )
        self._feeds.end_participant(person.id)
        for link in await self._links.revoke_of(room, person.id):
            self._feeds.end_token(link.lookup)
        await self._sfu.order(room.code, remove={person.id})

    async def settle(self, room: Room, people: Iterable[Participant], standing: Standing) -> None:
        """Let in those who wait, and those who were kept out before, or refuse them."""
        out = [person for person in people if person.standing != "in" and person.room_id == room.id]
        await self._set({person.id for person in out}, standing=standing, vouched=standing == "in")
        if standing == "in":
            first = {person.id for person in out if person.admitted_at is None}
            await self._set(first, admitted_at=datetime.now(UTC))

    async def name(self, room: Room, person: Participant, *, host: bool) -> None:
        """Make somebody a host, or an ordinary participant again.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        role = "host" if host else "speaker"
        await self._set({person.id}, role=role, stands_in=False, vouched=host)
        person.role, person.stands_in = "host" if host else "speaker", False
        await self._sfu.order(room.code, rights={person.id: person.rights(room)})

    async def let_interpret(self, room: Room, person: Participant, pairs: Sequence[str]) -> None:
        """Let somebody interpret these pairs of languages, as "pt>en", and no others.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        await self._set({person.id}, interprets=" ".join(pairs), offers="")
        person.interprets, person.offers = " ".join(pairs), ""
        await self._sfu.order(room.code, rights={person.id: person.rights(room)})

    async def change(self, room: Room, **columns: Any) -> None:  # noqa: ANN401 - columns of a room
        """Change how a room is held; those in it get other rights with it.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        async with self._sessions.begin() as session:
            await session.execute(update(Room).where(Room.id == room.id).values(**columns))
        now = await self._sfu.room(room.code)
        if now:
            await self._look_at(now)

    async def end(self, room: Room) -> None:
        """End the call; whoever may can begin another.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        await self._sfu.end(room.code, ended=True)

    async def close(self, room: Room) -> bool:
        """Close the room with its call and its feeds, as `close_room`."""
        closed = await close_room(self._sessions, self._sfu, room)
        self._feeds.close_room(room.code)
        return closed

    async def person(self, room: Room, person_id: str) -> Participant | None:
        """Somebody of this room, inside or not."""
        query = select(Participant).where(
            Participant.id == person_id, Participant.room_id == room.id, Participant.kind == "person"
        )
        async with self._sessions() as session:
            return (await session.scalars(query)).one_or_none()

    async def _inside(self, now: Now) -> tuple[Room | None, list[Participant]]:
        ids = [person.id for person in now.people]
        async with self._sessions() as session:
            room = (await session.scalars(select(Room).where(Room.code == now.room))).one_or_none()
            rows: Sequence[Participant] = (
                (await session.scalars(select(Participant).where(Participant.id.in_(ids)))).all() if ids else ()
            )
        known = {row.id: row for row in rows if room and row.room_id == room.id}
        return room, [known[one] for one in ids if one in known]

    async def _set(self, people: Collection[str], **columns: Any) -> None:  # noqa: ANN401 - columns of a participant
        if people:
            async with self._sessions.begin() as session:
                await session.execute(update(Participant).where(Participant.id.in_(people)).values(**columns))
