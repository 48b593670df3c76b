"""Transcripts in the database, and what people make of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from app.captions import event_ids
from app.captions.lines import Line
from app.captions.lives import Lives
from app.captions.rows import from_row, shown_in
from app.captions.speakers import UNKNOWN
from app.db import Sessions
from app.i18n import gettext
from app.tables import Correction, Participant, Room, StoredCaption
from app.transcripts import metrics
from app.transcripts.lines import in_lines
from tasks.wire.captions import publish_correction

MAX_CORRECTION_CHARACTERS: Final = 2_000
"""A caption has far fewer."""

log = structlog.get_logger(__name__)


class CorrectionError(ValueError):
    """The text cannot stand; the message says what to do."""


@dataclass(frozen=True)
class Transcript:
    """Lines of a room, and the event id of the newest caption in them."""

    lines: list[Line[StoredCaption]]
    newest: str


class Transcripts:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions
        self._lives = Lives(sessions)

    async def position(self, shown: str) -> str:
        """The event id of a position that a page names; the start where it is from a stream that nobody knows.

        Raises:
            ValueError: it is no position.
        """
        return await self._lives.position(shown)

    async def newest(self, room: Room, language: str) -> str:
        """The event id of the newest caption that `read` gives; "" where there is none."""
        query = select(func.max(StoredCaption.event_id)).where(StoredCaption.room_id == room.id, shown_in(language))
        async with self._sessions() as session:
            return await session.scalar(query) or event_ids.START

    async def read(self, room: Room, language: str, zero: float = 0.0) -> Transcript:
        """All that was said in `room`, with its translations into `language`.

        Clocks of lines begin at `zero` (epoch seconds); 0.0: with the first line.
        """
        query = (
            select(StoredCaption)
            .where(StoredCaption.room_id == room.id, shown_in(language))
            .order_by(StoredCaption.event_id)
        )
        async with self._sessions() as session:
            captions = list(await session.scalars(query))
            people = await session.execute(
                select(Participant.id, Participant.name).where(Participant.room_id == room.id)
            )
            names = {row.id: row.name for row in people}
        lines = in_lines(captions, names, gettext(UNKNOWN), zero)
        return Transcript(lines, max((caption.event_id for caption in captions), default=event_ids.START))

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
        if len(text) > MAX_CORRECTION_CHARACTERS:
            raise CorrectionError(gettext("Use at most %(limit)d characters.", limit=MAX_CORRECTION_CHARACTERS))
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
            await publish_correction(self._redis, from_row(caption, room.code).caption)
        except (RedisError, OSError) as error:  # the correction is kept; open pages show it when they are loaded again
            log.warning("transcripts.correction_not_shown", error=repr(error))
