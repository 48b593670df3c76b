"""Captions as JSON, for clients that draw them themselves (`docs/feed.md`)."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Struct

from app.captions import lag
from app.captions.published import PublishedCaption
from app.captions.sse import MAX_CACHED


class Speaker(Struct, frozen=True):
    """Who spoke."""

    id: str
    name: str


class FeedCaption(Struct, frozen=True, kw_only=True):
    """One caption; every time is seconds since the epoch."""

    id: str | None
    """The event's id; null for interims."""
    segment: str
    seq: int
    speaker: Speaker
    language: str
    source_language: str
    text: str
    final: bool
    engine: str
    draft: bool
    corrected: bool
    typed: bool
    interpreter: bool
    """Whether an interpreter said it in place of somebody else, or it translates what one said."""
    spoken: str | None
    """The language that is spoken in place of the one that is set; there is no text then."""
    spoken_at: float
    lag_ms: int
    stages_ms: dict[str, int]
    """Stage (`lag.STAGES`) → milliseconds."""


@lru_cache(MAX_CACHED)
def as_json(published: PublishedCaption, speaker: str) -> str:
    """One caption with its speaker's name, encoded once for all readers."""
    caption = published.caption
    stages = lag.stages(caption)
    fields = FeedCaption(
        id=published.shown_id,
        segment=caption.segment,
        seq=caption.seq,
        speaker=Speaker(caption.speaker, speaker),
        language=caption.language,
        source_language=caption.source_language,
        text=caption.text,
        final=caption.final,
        engine=caption.engine,
        draft=caption.draft,
        corrected=caption.corrected,
        typed=caption.typed,
        interpreter=published.interprets,
        spoken=caption.spoken,
        spoken_at=caption.timeline.speech_start,
        lag_ms=published.lag_ms,
        stages_ms={stage: round(seconds * 1000) for stage, seconds in stages.items()},
    )
    return msgspec.json.encode(fields).decode()
