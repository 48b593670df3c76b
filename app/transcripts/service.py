"""Transcripts in the database, and what people make of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, func, or_, select

from app.captions.history import published
from app.captions.speakers import UNKNOWN
from app.db import Sessions
from app.i18n import gettext
from app.tables import Correction, Participant, Room, StoredCaption
from app.transcripts import metrics
from app.transcripts.lines import TranscriptLine, in_lines, newest_event
from tasks.wire.captions import publish_correction

LONGEST: Final = 2_000
"""Characters of a correction; a caption has far fewer."""

log = structlog.get_logger(__name__)


class CorrectionError(ValueError):
    """The text cannot stand; the message says what to do."""


@dataclass(frozen=True)
class Transcript:
    """Lines of a room, and the padded event id of the newest caption in them."""

    lines: list[TranscriptLine]
    newest: str


class Transcripts:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions

    async def newest(self, room: Room, language: str) -> str:
        """The padded event id of the newest caption that `read` gives; "" where there is none."""
        query = select(func.max(StoredCaption.event_id)).where(*_concerning(room, language))
        async with self._sessions() as session:
            return await session.scalar(query) or ""

    async def read(self, room: Room, language: str) -> Transcript:
        """All that was said in `room`, with its translations into `language`."""
        query = select(StoredCaption).where(*_concerning(room, language)).order_by(StoredCaption.event_id)
        async with self._sessions() as session:
            captions = list(await session.scalars(query))
            people = await session.execute(
                select(Participant.id, Participant.name).where(Participant.room_id == room.id)
            )
            names = {row.id: row.name for row in people}
        return Transcript(in_lines(captions, names, gettext(UNKNOWN)), newest_event(captions))

    async def caption(self, room: Room, caption_id: int) -> StoredCaption | None:
        """One caption of this room."""
        async with self._sessions() as session:
            query = select(StoredCaption).where(StoredCaption.id == caption_id, StoredCaption.room_id == room.id)
            return (await session.scalars(query)).one_or_none()

    async def correct(self, room: Room, caption: StoredCaption, text: str, person: Participant) -> StoredCaption:
        """Put `text` beside a caption, and show it to whoever reads now.

        Raises:
            CorrectionError: it is empty or too long.
        """
        text = " ".join(text.replace("\x00", "").split())
        if not text:
            raise CorrectionError(gettext("Type what was said."))
        if len(text) > LONGEST:
            raise CorrectionError(gettext("Use at most %(limit)d characters.", limit=LONGEST))
        if text == caption.shown_text:
            return caption
        async with self._sessions.begin() as session:
            session.add(Correction(caption_id=caption.id, text=text, participant_id=person.id, author=person.name))
        corrected = await self.caption(room, caption.id)
        if corrected is None:  # its time was up in this moment
            raise CorrectionError(gettext("This line has been deleted."))
        metrics.CORRECTED.inc()
        await self._publish(room, corrected)
        return corrected

    async def _publish(self, room: Room, caption: StoredCaption) -> None:
        try:
            await publish_correction(self._redis, published(caption, room.code))
        except (RedisError, OSError) as error:  # the correction is kept; open pages show it when they are loaded again
            log.warning("transcripts.correction_not_shown", error=repr(error))


def _concerning(room: Room, language: str) -> tuple[ColumnElement[bool], ...]:
    """Transcripts of a room, and their translations into one language."""
    spoken_or_read = or_(StoredCaption.language == StoredCaption.source_language, StoredCaption.language == language)
    return StoredCaption.room_id == room.id, spoken_or_read
