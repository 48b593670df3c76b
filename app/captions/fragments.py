"""Captions as HTML for htmx, and as JSON for other clients."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment

from app.captions import lag
from app.captions.events import CaptionEvent
from app.captions.lines import FrozenLine, Line, Lines
from app.captions.sse import KEPT
from app.i18n import locale


class Fragments:
    """Renders `templates/partials/caption.html`, once for all readers to whom a line looks the same.

    That takes the same texts, the same language of captions and the same language of the page.
    """

    def __init__(self, environment: Environment) -> None:
        self._macros: Any = environment.get_template("partials/caption.html").module
        self._utterance = lru_cache(KEPT)(self._render_utterance)
        self._translation = lru_cache(KEPT)(self._render_translation)

    def utterance(self, lines: Lines, line: Line) -> str:
        """A whole line: it replaces the one on the page, or is added."""
        return self._utterance(line.frozen(), lines.language, lines.translates(line), locale())

    def translation(self, lines: Lines, line: Line) -> str:
        """The translation alone, for a line that the page has."""
        return self._translation(line.frozen(), lines.language, locale())

    def _render_utterance(self, line: FrozenLine, language: str, translates: bool, _interface: str) -> str:
        return str(self._macros.utterance(Line(*line), language, translates, True))

    def _render_translation(self, line: FrozenLine, language: str, _interface: str) -> str:
        return str(self._macros.translation(Line(*line), language, True))

    def removed(self, line: Line) -> str:
        """The word that a line has been taken back."""
        return str(self._macros.removed(line))


@lru_cache(KEPT)
def as_json(event: CaptionEvent, lag_s: float, speaker: str) -> str:
    """One caption for clients that draw it themselves; all times are epoch seconds, `id` is null for interims."""
    caption = event.caption
    spans = lag.stages(caption.timeline)
    return msgspec.json.encode(
        {
            "id": event.stream_id,
            "segment": caption.segment,
            "seq": caption.seq,
            "speaker": {"id": caption.speaker, "name": speaker},
            "language": caption.language,
            "source_language": caption.source_language,
            "text": caption.text,
            "final": caption.final,
            "engine": caption.engine,
            "draft": caption.draft,
            "corrected": caption.corrected,
            "spoken_at": caption.timeline.speech_start,
            "lag_ms": round(lag_s * 1000),
            "stages_ms": {stage: round(seconds * 1000) for stage, seconds in spans.items()},
        }
    ).decode()
