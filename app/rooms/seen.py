"""Who is in a call, noted once an hour: people whose words are gone stay until they have left (`transcripts.purge`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import update

from app.db import Sessions
from app.tables import Participant

SEEN_EVERY: Final = timedelta(hours=1)


async def note_seen(sessions: Sessions, people: Iterable[Participant]) -> None:
    """They are in the call, or about to enter it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    now = datetime.now(UTC)
    due = [one.id for one in people if one.seen_at is None or abs(now - one.seen_at) >= SEEN_EVERY]
    if due:
        async with sessions.begin() as session:
            await session.execute(update(Participant).where(Participant.id.in_(due)).values(seen_at=now))
