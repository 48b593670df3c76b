"""Captions of the wire as rows of the database, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

from app.captions import lag
from app.captions.published import PublishedCaption
from app.tables import StoredCaption
from tasks.wire.messages import Caption


def to_row(published: PublishedCaption, room_id: int, participant_id: str | None) -> dict[str, Any]:
    """The columns of a caption; `participant_id` is None where the speaker is not one of ours."""
    caption = published.caption
    return {
        "segment": caption.segment,
        "language": caption.language,
        "room_id": room_id,
        "speaker": caption.speaker,
        "participant_id": participant_id,
        "seq": caption.seq,
        "source_language": caption.source_language,
        "text": caption.text.replace("\x00", ""),  # PostgreSQL refuses it
        "event_id": published.event_id,
        "engine": caption.engine,
        "timeline": caption.timeline,
        "draft": caption.draft,
        "typed": caption.typed,
        "only": _spaced(caption.only),
        "elsewhere": _spaced(caption.elsewhere),
    }


def from_row(row: StoredCaption, room: str) -> PublishedCaption:
    """A stored caption of the room with the code `room`, as it is published: corrected where somebody did."""
    caption = Caption(
        segment=row.segment,
        room=room,
        speaker=row.speaker,
        seq=row.seq,
        language=row.language,
        source_language=row.source_language,
        text=row.shown_text,
        final=True,
        engine=row.engine,
        timeline=row.timeline,
        draft=row.draft,
        corrected=row.correction is not None,
        typed=row.typed,
        only=tuple(row.only.split()),
        elsewhere=tuple(row.elsewhere.split()),
    )
    return PublishedCaption(row.event_id, caption, lag.until_ready(caption))


def shown_in(language: str) -> ColumnElement[bool]:
    """The rows that `published.is_shown_in` this language."""
    spaced = _spaced([language])
    return and_(
        or_(StoredCaption.language == StoredCaption.source_language, StoredCaption.language == language),
        or_(StoredCaption.only == "", StoredCaption.only.contains(spaced)),
        not_(StoredCaption.elsewhere.contains(spaced)),
    )


def _spaced(languages: Sequence[str]) -> str:
    """Languages as a column has them, in which each can be looked for."""
    return f" {' '.join(languages)} " if languages else ""
