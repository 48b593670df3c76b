"""Transcripts in the database, and what people make of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import CursorResult, Select, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

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


class CorrectedMeanwhileError(CorrectionError):
    """Somebody else has corrected the line since this person looked at it; `caption` is the line as it is now."""

    def __init__(self, caption: StoredCaption) -> None:
        message = gettext(
            "%(name)s has corrected this line meanwhile: “%(text)s”. Save to put your text in its place; theirs stays "
            "to be seen. Cancel to leave it.",
            name=caption.correction.author if caption.correction else gettext(UNKNOWN),
            text=caption.shown_text,
        )
        super().__init__(message)
        self.caption = caption


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

    async def read(self, room: Room, language: str, said_since: float = 0.0) -> Transcript:
        """All that was said in `room` after `said_since` (epoch seconds), with its translations into `language`.

        Clocks begin with the first line.
        """
        async with self._sessions() as session:
            captions = list(await session.scalars(_captions(room, language)))
            names = await _names(session, room)
        return _transcript(captions, names, said_since)

    async def since(self, room: Room, language: str, known: str, zero: float, said_since: float = 0.0) -> Transcript:
        """The lines that have changed since the event id `known`, each whole; it reads these and nothing before them.

        Only those that were said after `said_since` (epoch seconds).

        Clocks begin at `zero` (epoch seconds); 0.0: with the first of these lines.
        """
        async with self._sessions() as session:
            changed = list(await session.scalars(_captions(room, language).where(StoredCaption.event_id > known)))
            if not changed:
                return Transcript([], known)
            begun = select(StoredCaption).where(
                StoredCaption.room_id == room.id,
                shown_in(language),
                StoredCaption.segment.in_({caption.segment for caption in changed}),
                StoredCaption.event_id <= known,
            )
            captions = [*await session.scalars(begun), *changed]
            names = await _names(session, room, {caption.speaker for caption in captions})
        return _transcript(captions, names, said_since, zero)

    async def caption(self, room: Room, caption_id: int, said_since: float = 0.0) -> StoredCaption | None:
        """One caption of this room that was said after `said_since` (epoch seconds)."""
        async with self._sessions() as session:
            query = select(StoredCaption).where(StoredCaption.id == caption_id, StoredCaption.room_id == room.id)
            found = (await session.scalars(query)).one_or_none()
        return found if found and found.timeline.speech_end >= said_since else None

    async def correct(
        self, room: Room, caption: StoredCaption, text: str, person: Participant, seen: int
    ) -> StoredCaption:
        """Put `text` beside a caption, and show it to whoever reads now.

        Args:
            room: where it was said.
            caption: what is corrected.
            text: what it should be.
            person: who says so.
            seen: the correction (`StoredCaption.counting`) that they had before them.

        Raises:
            CorrectedMeanwhileError: another one counts now.
            CorrectionError: it is empty or too long.
        """
        text = " ".join(text.replace("\x00", "").split())
        if not text:
            raise CorrectionError(gettext("Type what was said."))
        if len(text) > MAX_CORRECTION_CHARACTERS:
            raise CorrectionError(gettext("Use at most %(limit)d characters.", limit=MAX_CORRECTION_CHARACTERS))
        if text == caption.shown_text:
            return caption
        added = await self._add(caption, text, person, seen)
        corrected = await self.caption(room, caption.id)
        if corrected is None:  # its time was up in this moment
            raise CorrectionError(gettext("This line has been deleted."))
        if not added:
            raise CorrectedMeanwhileError(corrected)
        metrics.CORRECTED.inc()
        await self._publish(room, corrected)
        return corrected

    async def _add(self, caption: StoredCaption, text: str, person: Participant, seen: int) -> bool:
        """Keep a correction, unless another one than `seen` counts: decided in one statement, for two at a time."""
        counting = select(func.coalesce(func.max(Correction.id), 0)).where(Correction.caption_id == caption.id)
        values = {"caption_id": caption.id, "text": text, "participant_id": person.id, "author": person.name}
        row = select(*(literal(value) for value in values.values())).where(counting.scalar_subquery() == seen)
        async with self._sessions.begin() as session:
            # PostgreSQL lets nobody else correct this line meanwhile; SQLite has one writer.
            await session.execute(select(StoredCaption.id).where(StoredCaption.id == caption.id).with_for_update())
            added = await session.execute(insert(Correction).from_select([*values], row))
        return bool(cast("CursorResult[Any]", added).rowcount)

    async def _publish(self, room: Room, caption: StoredCaption) -> None:
        try:
            await publish_correction(self._redis, from_row(caption, room.code).caption)
        except (RedisError, OSError) as error:  # the correction is kept; open pages show it when they are loaded again
            log.warning("transcripts.correction_not_shown", error=repr(error))


def _captions(room: Room, language: str) -> Select[Any]:
    """What `room` has for readers of a language, in the order of the stream."""
    shown = select(StoredCaption).where(StoredCaption.room_id == room.id, shown_in(language))
    return shown.order_by(StoredCaption.event_id)


async def _names(session: AsyncSession, room: Room, of: Collection[str] | None = None) -> dict[str, str]:
    """Participant's id → name: of everybody, or of those in `of`."""
    query = select(Participant.id, Participant.name).where(Participant.room_id == room.id)
    if of is not None:
        query = query.where(Participant.id.in_(of))
    return {row.id: row.name for row in await session.execute(query)}


def _transcript(
    captions: list[StoredCaption], names: dict[str, str], said_since: float, zero: float = 0.0
) -> Transcript:
    said = [caption for caption in captions if caption.timeline.speech_end >= said_since]
    lines = in_lines(said, names, gettext(UNKNOWN), zero)
    return Transcript(lines, max((caption.event_id for caption in captions), default=event_ids.START))
