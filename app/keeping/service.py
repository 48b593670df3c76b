"""Calls that are kept: begun and ended by hosts, with the consent of each whose voice it is."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Sessions
from app.keeping.sealing import Seals
from app.rooms.sfu import Keeping, SfuOperator
from app.settings.web import WebSettings
from app.tables import Ending, KeptCall, KeptConsent, KeptTrack, Participant, Room, Switch
from tasks.wire import keys

SWITCH: Final = "keep_calls"
BEGINNING: Final = 8.0
"""Seconds that a bridge has to begin, or to say so to a Redis that is back, before it is said that nobody keeps it."""
MEGA: Final = 1_000_000

log = structlog.get_logger(__name__)


class NotOfferedError(RuntimeError):
    """Calls of this room cannot be kept, or no longer."""


class KeptCalls:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer.

    Those that change what is kept raise `SfuDownError` where the SFU does not: it is told by `app.keeping.watch` later.
    """

    def __init__(self, sessions: Sessions, redis: Redis, sfu: SfuOperator, settings: WebSettings) -> None:
        self._sessions = sessions
        self._redis = redis
        self._sfu = sfu
        self.possible = settings.keep_calls and bool(settings.keep_secret)
        """Whether the operator of this installation allows it."""
        self.seals = Seals(settings.keep_secret)
        self.most = settings.keep_mb * MEGA
        """Bytes that all of them may take."""
        self.longest = settings.keep_hours * 3_600.0
        """Seconds of one."""
        self._blind_at = float("-inf")
        """When Redis was away last, on the monotonic clock: one that has been started again knows of no bridge yet."""

    async def on(self) -> bool:
        """Whether administrators have turned it on, and the operator allows it."""
        if not self.possible:
            return False
        async with self._sessions() as session:
            switch = await session.get(Switch, SWITCH)
        return switch is not None and switch.on

    async def turn(self, on: bool) -> None:
        """Turn it on or off; calls that are being kept end within seconds."""
        async with self._sessions.begin() as session:
            await session.merge(Switch(name=SWITCH, on=on))

    async def taken(self) -> int:
        """Bytes that all kept calls take."""
        async with self._sessions() as session:
            return int(await session.scalar(select(func.coalesce(func.sum(KeptTrack.size), 0))) or 0)

    async def offered(self, room: Room) -> bool:
        """Whether calls of this room can be kept."""
        return room.kind == "call" and room.stores and await self.on()

    async def current(self, room: Room) -> KeptCall | None:
        """The one that is being kept in a room."""
        async with self._sessions() as session:
            return await _current(session, room)

    async def last(self, room: Room) -> KeptCall | None:
        """The newest of a room."""
        query = select(KeptCall).where(KeptCall.room_id == room.id).order_by(KeptCall.started_at.desc()).limit(1)
        async with self._sessions() as session:
            return (await session.scalars(query)).one_or_none()

    async def consents(self, call: KeptCall) -> list[KeptConsent]:
        """All that was answered, in order."""
        async with self._sessions() as session:
            return await _consents(session, call)

    async def begin(self, room: Room, host: Participant) -> KeptCall:
        """Keep a room's call from now on, with the voice of the host who asks for it, and ask all others.

        Raises:
            NotOfferedError: calls of this room cannot be kept, or there is no place.
            SfuDownError: the SFU does not answer.
        """
        if not await self.offered(room) or await self.taken() >= self.most:
            raise NotOfferedError
        async with self._sessions.begin() as session:
            # PostgreSQL lets nobody else begin meanwhile; SQLite has one writer.
            await session.execute(select(Room.id).where(Room.id == room.id).with_for_update())
            call = await _current(session, room)
            if call is None:
                made = uuid.uuid4().hex
                call = KeptCall(id=made, room_id=room.id, host=host.name, key=self.seals.make(made), started_at=_now())
                session.add(call)
                await session.flush()
            await _answer(session, call, host, agrees=True)
        log.info("kept.begun", room=room.code)
        await self.tell(room.code, call)
        return call

    async def answer(self, room: Room, person: Participant, agrees_to: str | None) -> None:
        """Somebody agrees that their voice is kept from now on, or does not, or no longer.

        Args:
            room: where.
            person: whose voice.
            agrees_to: id of the kept call that they were asked about; None: they do not agree, whichever it is.

        Raises:
            NotOfferedError: nothing is being kept, or another call than they agree to.
            SfuDownError: the SFU does not answer.
        """
        async with self._sessions.begin() as session:
            # One answer at a time, and none while something is being stored (`app.keeping.store`).
            going = update(KeptCall).where(KeptCall.room_id == room.id, KeptCall.ended_at.is_(None))
            await session.execute(going.values(host=KeptCall.host))
            call = await _current(session, room)
            if call is None or agrees_to not in (None, call.id):
                raise NotOfferedError
            await _answer(session, call, person, agrees=agrees_to is not None)
        await self.tell(room.code, call)

    async def end(self, room: str, call: KeptCall, why: Ending) -> None:
        """Keep it no longer.

        Raises:
            SfuDownError: the SFU does not answer.
        """
        now = _now()
        async with self._sessions.begin() as session:
            over = update(KeptCall).where(KeptCall.id == call.id, KeptCall.ended_at.is_(None))
            await session.execute(over.values(ended_at=now, ended_by=why))
            theirs = update(KeptConsent).where(KeptConsent.call_id == call.id, KeptConsent.until.is_(None))
            await session.execute(theirs.values(until=now))
        log.info("kept.ended", room=room, why=why)
        await self._sfu.keep(room, None)

    async def tell(self, room: str, call: KeptCall) -> None:
        """Tell the SFU what is kept of a call now."""
        await self._sfu.keep(room, await self.wanted(call))

    async def wanted(self, call: KeptCall) -> Keeping:
        """What the SFU should say of a call that is being kept."""
        people = sorted({one.participant_id for one in await self.consents(call) if one.until is None})
        young = (_now() - call.started_at).total_seconds() < BEGINNING
        return Keeping(call.id, call.since, people, not young and not await self._alive(call))

    async def _alive(self, call: KeptCall) -> bool:
        """Whether a bridge keeps it. While Redis is away one may, and passes it on later: that is never denied."""
        try:
            there = bool(await self._redis.exists(keys.kept_alive(call.id)))
        except (RedisError, OSError):
            self._blind_at = time.monotonic()
            return True
        return there or time.monotonic() - self._blind_at < BEGINNING


def latest(consents: Iterable[KeptConsent]) -> dict[str, KeptConsent]:
    """What each answered last, by participant."""
    return {one.participant_id: one for one in consents}


async def _current(session: AsyncSession, room: Room) -> KeptCall | None:
    query = select(KeptCall).where(KeptCall.room_id == room.id, KeptCall.ended_at.is_(None))
    return (await session.scalars(query.order_by(KeptCall.started_at))).first()


async def _consents(session: AsyncSession, call: KeptCall) -> list[KeptConsent]:
    query = select(KeptConsent).where(KeptConsent.call_id == call.id).order_by(KeptConsent.id)
    return list(await session.scalars(query))


async def _answer(session: AsyncSession, call: KeptCall, person: Participant, *, agrees: bool) -> None:
    now = _now()
    holding = [one for one in await _consents(session, call) if one.participant_id == person.id and one.until is None]
    if holding:
        for one in holding:
            one.until = None if agrees else now
        return
    session.add(
        KeptConsent(
            call_id=call.id,
            participant_id=person.id,
            name=person.name,
            language=person.speak,
            since=now,
            until=None if agrees else now,
        )
    )


def _now() -> datetime:
    return datetime.now(UTC)
