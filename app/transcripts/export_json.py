"""A transcript as JSON (`docs/transcripts.md`)."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from app.captions.lines import Line
from app.tables import StoredCaption


class CorrectionJson(Struct, frozen=True, kw_only=True):
    """What a participant made of a text."""

    text: str
    by: str
    """The participant's name."""
    at: float


class CaptionJson(Struct, frozen=True, kw_only=True):
    """One text of a line."""

    language: str
    text: str
    """As it is shown: corrected where somebody did."""
    heard: str
    """As the engine made it."""
    engine: str
    draft: bool
    corrections: list[CorrectionJson]


class LineJson(Struct, frozen=True, kw_only=True):
    """One utterance."""

    segment: str
    speaker: str
    spoken_at: float
    seconds: float
    typed: bool
    """Whether it was typed and not spoken."""
    interpreter: bool
    """Whether an interpreter said it in place of somebody else."""
    original: CaptionJson | None
    translation: CaptionJson | None


class TranscriptJson(Struct, frozen=True, kw_only=True):
    """All that was said in a room; every time is seconds since the epoch."""

    room: str
    language: str
    """What the translations are in."""
    lines: list[LineJson]


def as_json(room: str, lines: list[Line[StoredCaption]], language: str) -> str:
    """The lines of the room with the name `room`, with translations into `language`."""
    transcript = TranscriptJson(room=room, language=language, lines=[_line(line) for line in lines])
    return msgspec.json.format(msgspec.json.encode(transcript), indent=2).decode() + "\n"


def _line(line: Line[StoredCaption]) -> LineJson:
    return LineJson(
        segment=line.segment,
        speaker=line.speaker,
        spoken_at=line.start,
        seconds=round(line.end - line.start, 3),
        typed=line.typed,
        interpreter=line.interprets,
        original=None if line.source is None else _caption(line.source),
        translation=None if line.translation is None else _caption(line.translation),
    )


def _caption(caption: StoredCaption) -> CaptionJson:
    return CaptionJson(
        language=caption.language,
        text=caption.shown_text,
        heard=caption.text,
        engine=caption.engine,
        draft=caption.draft,
        corrections=[
            CorrectionJson(text=correction.text, by=correction.author, at=correction.created_at.timestamp())
            for correction in caption.corrections
        ],
    )
