"""The lines that one reader sees, and what each caption changes about them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.captions import lag
from tasks.wire.messages import Caption

KEPT: Final = 2_000
"""Lines remembered for one reader; more than `history.LIMIT`, so that everything replayed is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One text with how late it was."""

    caption: Caption
    lag: float
    """Seconds from the end of speech until it was sent, or until it was ready where it is shown again later."""

    @property
    def lag_ms(self) -> int:
        """The lag in whole milliseconds."""
        return round(self.lag * 1000)

    @property
    def stages(self) -> str:
        """What took the time."""
        return lag.describe(self.caption)


FrozenLine = tuple[str, Shown | None, Shown | None, str, float]
"""The fields of a line, in order."""


@dataclass(slots=True)
class Line:
    """One utterance: what was said and, for readers of another language, its translation."""

    segment: str
    source: Shown | None = None
    translation: Shown | None = None
    speaker: str = ""
    began: float = 0.0
    """When the room was made, epoch seconds: line times count from there."""

    def frozen(self) -> FrozenLine:
        """The line as it is now, to compare it with other readers'."""
        return self.segment, self.source, self.translation, self.speaker, self.began

    @property
    def interim(self) -> bool:
        """Whether the transcript may still change."""
        return self.source is not None and not self.source.caption.final

    @property
    def start(self) -> float:
        """When the speaker began, epoch seconds."""
        return 0.0 if self.source is None else self.source.caption.timeline.speech_start

    @property
    def spoken_at(self) -> str:
        """The same as an ISO 8601 time in UTC."""
        return datetime.fromtimestamp(self.start, UTC).isoformat(timespec="seconds")

    @property
    def clock(self) -> str:
        """The same as hours, minutes and seconds into the room: it needs no time zone."""
        return str(timedelta(seconds=max(0, int(self.start - self.began)))).removeprefix("0:")


class Lines:
    """Takes captions in any order that a broken connection can produce; finals always win over interims."""

    def __init__(self, language: str, began: float) -> None:
        self.language = language
        self._began = began
        self._lines: OrderedDict[str, Line] = OrderedDict()

    def take(self, caption: Caption, lag_s: float, speaker: str) -> Line | None:
        """Put a caption in its line.

        Returns:
            The line as it is now, or None where the caption comes after the final that it led to.
        """
        line = self._lines.get(caption.segment)
        if line is None:
            line = self._lines[caption.segment] = Line(caption.segment, began=self._began)
            if len(self._lines) > KEPT:
                self._lines.popitem(last=False)
        before = line.source if caption.is_source else line.translation
        if before is not None and before.caption.final and not caption.final:
            return None
        line.speaker = speaker
        if caption.is_source:
            line.source = Shown(caption, lag_s)
        else:
            line.translation = Shown(caption, lag_s)
        return line

    def translates(self, line: Line) -> bool:
        """Whether this reader is shown a translation of the line."""
        return line.source is not None and line.source.caption.source_language != self.language

    @property
    def shown(self) -> list[Line]:
        """Lines that say something, in the order in which they came."""
        return [line for line in self._lines.values() if line.source and line.source.caption.text.strip()]
