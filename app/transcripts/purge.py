"""Rooms that nobody can or does enter any more go with the people in them, when nothing that was said is left.

In a room that stays people go with the last of their own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.tables import Correction, Invitation, KeptCall, Participant, Room, RoomLink, StoredCaption

CLOSED_FOR: Final = timedelta(days=1)
"""How long a closed room stays although nothing that was said in it is left."""
PEOPLE_KEPT: Final = timedelta(days=60)
"""How long somebody stays who was not there and of whom there never was a caption: a browser in use knows who it is for
ever, since its session is renewed with every page."""
AWAY: Final = timedelta(hours=2)
"""Who has not been seen for so long is not in the call: it is noted once an hour (`app.rooms.seen`)."""
INVITATIONS_KEPT: Final = timedelta(days=365)
"""How long an invitation that is good for nothing any more is listed."""
AT_ONCE: Final = 500
"""Rooms, and people in rooms that stay, that one sweep takes, so that it holds nobody up; the next takes more."""

AS_IT_IS: Final = {"synchronize_session": False}
"""For statements in sessions that hold no objects."""


@dataclass(frozen=True)
class Purged:
    """What one sweep took away."""

    rooms: int = 0
    people: int = 0


async def purge(session: AsyncSession, now: datetime, unused_days: int) -> Purged:
    """Delete what is due at `now`, in this transaction.

    Args:
        session: in a transaction.
        now: UTC.
        unused_days: days after which an open room goes that nobody enters; 0: never.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    empty = ~exists().where(StoredCaption.room_id == Room.id)
    unheard = ~exists().where(KeptCall.room_id == Room.id)
    due = select(Room.id).where(empty, unheard, _past(now, unused_days)).limit(AT_ONCE)
    rooms = list(await session.scalars(due))
    people = _count(await session.execute(delete(Participant).where(Participant.room_id.in_(rooms))))
    await session.execute(delete(Room).where(Room.id.in_(rooms)))
    people += await _wordless(session, now)
    old = now - INVITATIONS_KEPT
    over = delete(Invitation).where(or_(Invitation.revoked_at < old, Invitation.expires_at < old))
    await session.execute(over)
    # A revoked link to captions is refused by its row, until its token has expired; nobody has come in by it.
    await session.execute(delete(RoomLink).where(RoomLink.kind == "read", RoomLink.expires_at < now - CLOSED_FOR))
    return Purged(len(rooms), people)


async def lose_words(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    """Delete captions, and note whose they were; how many that were.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    theirs = select(StoredCaption.participant_id).where(*which, StoredCaption.participant_id.is_not(None))
    speakers = update(Participant).where(Participant.id.in_(theirs), ~Participant.had_words)
    await session.execute(speakers.values(had_words=True), execution_options=AS_IT_IS)
    return _count(await session.execute(delete(StoredCaption).where(*which)))


async def _wordless(session: AsyncSession, now: datetime) -> int:
    """Delete people of whom nothing is left, neither captions nor corrections; how many that were."""
    unheard = ~exists().where(StoredCaption.participant_id == Participant.id)
    unwritten = ~exists().where(Correction.participant_id == Participant.id)
    decided = or_(Participant.role == "host", Participant.standing.in_(("refused", "removed")))  # holds with the room
    seen = func.coalesce(Participant.seen_at, Participant.created_at)
    unstored = Participant.room_id.in_(select(Room.id).where(Room.retention_days == 0))
    soon = and_(or_(Participant.had_words, unstored), ~Participant.stands_in, seen < now - AWAY)
    due = or_(seen < now - PEOPLE_KEPT, soon)
    which = (Participant.kind == "person", due, ~decided, unheard, unwritten)
    some = list(await session.scalars(select(Participant.id).where(*which).limit(AT_ONCE)))
    people = delete(Participant).where(Participant.id.in_(some), *which)  # once more: they may be back
    gone = _count(await session.execute(people, execution_options=AS_IT_IS))
    # Links of people who are gone, since whenever, stay good, and say no more who has made them.
    made = and_(RoomLink.maker_id.is_not(None), RoomLink.maker != "")
    nobodys = update(RoomLink).where(made, ~exists().where(Participant.id == RoomLink.maker_id))
    await session.execute(nobodys.values(maker=""), execution_options=AS_IT_IS)
    return gone


def _past(now: datetime, unused_days: int) -> ColumnElement[bool]:
    closed = now - CLOSED_FOR
    past = or_(Room.closed_at < closed, Room.closes_at < closed)
    if unused_days:
        long_ago = now - timedelta(days=unused_days)
        unused = func.coalesce(Room.used_at, Room.created_at) < long_ago
        undated = or_(Room.starts_at.is_(None), Room.starts_at < long_ago)
        no_plan = and_(or_(Room.opens_at.is_(None), Room.opens_at <= now), Room.closes_at.is_(None), undated)
        past = or_(past, and_(unused, no_plan))
    return past


def _count(result: Any) -> int:  # noqa: ANN401 - SQLAlchemy's own type has no count
    return result.rowcount if isinstance(result, CursorResult) else 0
