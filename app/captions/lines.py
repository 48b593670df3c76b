"""The lines that one reader sees, and what each caption changes about them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from app.captions.growing import says_something, takes_place
from app.captions.published import PublishedCaption
from app.tables import StoredCaption

MAX_LINES: Final = 300
"""Lines remembered for one reader, the newest: as many as pages keep (`surplus` in static/src/caption_order.js). Of an
older one its transcript is read again where a translation comes."""


C = TypeVar("C", PublishedCaption, StoredCaption)
"""A caption as it is sent, or as it is kept."""


class Line(Struct, Generic[C], frozen=True):
    """One utterance: what was said and, for readers of another language, its translation.

    There is at least one caption in it.
    """

    segment: str
    speaker: str
    zero: float
    """Where its clock begins, epoch seconds."""
    source: C | None = None
    translation: C | None = None
    """Into the reader's language; None where it was spoken in that, or there is none (yet)."""

    @property
    def captions(self) -> tuple[C, ...]:
        """Those that it has: what was said, its translation."""
        return tuple(caption for caption in (self.source, self.translation) if caption is not None)

    @property
    def typed(self) -> bool:
        """Whether it was typed and not spoken."""
        return self.captions[0].typed

    @property
    def interprets(self) -> bool:
        """Whether an interpreter said it in place of somebody else."""
        return self.captions[0].interprets

    @property
    def start(self) -> float:
        """When the speaker began, epoch seconds."""
        return self.captions[0].timeline.speech_start

    @property
    def end(self) -> float:
        """When the speaker ended, epoch seconds."""
        return max(self.start, self.captions[0].timeline.speech_end)

    @property
    def spoken_at(self) -> datetime:
        """When the speaker began, in UTC."""
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def clock(self) -> str:
        """The same as hours, minutes and seconds since `zero`: it needs no time zone, and no word for days."""
        minutes, seconds = divmod(max(0, int(self.start - self.zero)), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"

    def having(self, caption: C, *, is_source: bool) -> Line[C]:
        """The line with this caption, in place of the one before."""
        source, translation = (caption, self.translation) if is_source else (self.source, caption)
        return Line(self.segment, self.speaker, self.zero, source, translation)


class Lines:
    """Takes captions in any order that a broken connection can produce; what is shown of a sentence never shrinks."""

    def __init__(self, language: str, zero: float) -> None:
        self.language = language
        self._zero = zero
        self._lines: OrderedDict[str, Line[PublishedCaption]] = OrderedDict()

    def add(self, published: PublishedCaption, speaker: str) -> Line[PublishedCaption] | None:
        """Put a caption in its line.

        Returns:
            The line as it is now, or None where the caption comes late: it, or more, is shown already, or it translates
            what was taken for another language.
        """
        caption = published.caption
        line = self._lines.get(caption.segment)
        if line is None:
            line = Line(caption.segment, speaker, self._zero)
        else:
            before = line.source if caption.is_source else line.translation
            if before is published or (before is not None and not takes_place(caption, before.caption)):
                return None
            line = replace(line, speaker=speaker)
        if line.source is not None and line.source.caption.spoken and not caption.is_source:
            return None  # a translation of what was not said
        line = line.having(published, is_source=caption.is_source)
        if line.source is not None and line.source.caption.spoken:
            line = replace(line, translation=None)
        self._lines[caption.segment] = line
        if len(self._lines) > MAX_LINES:
            self._lines.popitem(last=False)
        return line

    def translates(self, line: Line[PublishedCaption]) -> bool:
        """Whether this reader is shown a translation of the line."""
        return line.source is not None and line.source.caption.source_language != self.language

    @property
    def visible(self) -> list[Line[PublishedCaption]]:
        """Lines that say something, in the order in which they came."""
        return [line for line in self._lines.values() if line.source and says_something(line.source.caption)]
