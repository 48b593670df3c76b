"""Captions as HTML for htmx."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment

from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.captions.sse import MAX_CACHED
from app.i18n import locale


class Fragments:
    """Renders `templates/partials/caption.html`, once for all readers to whom a line looks the same.

    That takes the same texts, the same language of captions and the same language of the page.
    """

    def __init__(self, environment: Environment) -> None:
        self._macros: Any = environment.get_template("partials/caption.html").module
        self._utterance = lru_cache(MAX_CACHED)(self._render_utterance)
        self._translation = lru_cache(MAX_CACHED)(self._render_translation)

    def utterance(self, lines: Lines, line: Line[PublishedCaption]) -> str:
        """A whole line: it replaces the one on the page, or is added."""
        return self._utterance(line, lines.language, lines.translates(line), locale())

    def translation(self, lines: Lines, line: Line[PublishedCaption]) -> str:
        """The translation alone, for a line that the page has."""
        return self._translation(line, lines.language, locale())

    def _render_utterance(self, line: Line[PublishedCaption], language: str, translates: bool, _interface: str) -> str:
        return str(self._macros.utterance(line, language, translates, True))

    def _render_translation(self, line: Line[PublishedCaption], language: str, _interface: str) -> str:
        return str(self._macros.translation(line, language, True))

    def removed(self, line: Line[PublishedCaption]) -> str:
        """The word that a line has been taken back."""
        return str(self._macros.removed(line))
