"""Captions as HTML for htmx, and as JSON for other clients."""

from __future__ import annotations

from typing import Any

import msgspec
from jinja2 import Environment

from app.captions import event_ids, lag
from app.captions.events import CaptionEvent
from app.captions.lines import Line, Lines


class Fragments:
    """Renders `templates/partials/caption.html`."""

    def __init__(self, environment: Environment) -> None:
        self._macros: Any = environment.get_template("partials/caption.html").module

    def utterance(self, lines: Lines, line: Line) -> str:
        """A whole line: it replaces the one on the page, or is added."""
        return str(self._macros.utterance(line, lines.language, lines.translates(line), True))

    def translation(self, lines: Lines, line: Line) -> str:
        """The translation alone, for a line that the page has."""
        return str(self._macros.translation(line, lines.language, True))

    def removed(self, line: Line) -> str:
        """The word that a line has been taken back."""
        return str(self._macros.removed(line))


def as_json(event: CaptionEvent, lag_s: float, speaker: str) -> str:
    """One caption for clients that draw it themselves; all times are epoch seconds, `id` is null for interims."""
    caption = event.caption
    spans = lag.stages(caption.timeline)
    return msgspec.json.encode(
        {
            "id": event_ids.stream_id(event.event_id) if event.event_id else None,
            "segment": caption.segment,
            "seq": caption.seq,
            "speaker": {"id": caption.speaker, "name": speaker},
            "language": caption.language,
            "source_language": caption.source_language,
            "text": caption.text,
            "final": caption.final,
            "engine": caption.engine,
            "draft": caption.draft,
            "spoken_at": caption.timeline.speech_start,
            "lag_ms": round(lag_s * 1000),
            "stages_ms": {stage: round(seconds * 1000) for stage, seconds in spans.items()},
        }
    ).decode()
