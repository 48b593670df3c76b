"""A transcript as people read it: one line for each utterance, with what was said and its translation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

from app.tables import StoredCaption


@dataclass(slots=True)
class TranscriptLine:
    """One utterance."""

    segment: str
    speaker: str
    source: StoredCaption | None = None
    translation: StoredCaption | None = None
    """Into the reader's language; None where it was spoken in that, or there is none (yet)."""

    @property
    def any(self) -> StoredCaption:
        """One of its captions: they share when it was said."""
        found = self.source or self.translation
        assert found is not None, "a line is made of at least one caption"  # noqa: S101 - holds by construction
        return found

    @property
    def start(self) -> float:
        """When the speaker began, epoch seconds."""
        return float(self.any.timeline["speech_start"])

    @property
    def end(self) -> float:
        """When the speaker ended, epoch seconds."""
        return max(self.start, float(self.any.timeline["speech_end"]))

    @property
    def spoken_at(self) -> datetime:
        """When the speaker began."""
        return datetime.fromtimestamp(self.start, UTC)

    def clock(self, zero: float) -> str:
        """Hours, minutes and seconds since `zero` (epoch seconds)."""
        return str(timedelta(seconds=max(0, int(self.start - zero)))).removeprefix("0:")

    def has(self, words: str) -> bool:
        """Whether the speaker's name or one of the texts holds `words`, whatever their case and accents."""
        texts = [self.speaker, *(caption.shown_text for caption in (self.source, self.translation) if caption)]
        wanted = fold(words)
        return any(wanted in fold(text) for text in texts)


def in_lines(captions: Iterable[StoredCaption], names: dict[str, str], unknown: str) -> list[TranscriptLine]:
    """Captions put together by utterance, in the order in which they were spoken.

    Args:
        captions: transcripts, and translations into one language.
        names: participant's id → name.
        unknown: what to call others.
    """
    lines: dict[str, TranscriptLine] = {}
    for caption in captions:
        line = lines.get(caption.segment)
        if line is None:
            line = lines[caption.segment] = TranscriptLine(caption.segment, names.get(caption.speaker, unknown))
        if caption.language == caption.source_language:
            line.source = caption
        else:
            line.translation = caption
    said = [line for line in lines.values() if line.any.shown_text.strip()]
    return sorted(said, key=lambda line: (line.start, line.any.seq))


def fold(text: str) -> str:
    """`text` without case and accents: "Bình" is found by "binh"."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character.casefold().replace("đ", "d"))
    return "".join(part for part in plain if not unicodedata.combining(part))


def marked(text: str, words: str) -> Markup:
    """`text` with every place that holds `words` in a `<mark>`."""
    wanted = fold(words)
    if not wanted:
        return escape(text)
    pieces = [_folded(character) for character in text]
    origins = [index for index, piece in enumerate(pieces) for _ in piece]
    found, parts, done = "".join(pieces), [], 0
    at = found.find(wanted)
    while at >= 0:
        begin, end = origins[at], origins[at + len(wanted) - 1] + 1
        parts += [escape(text[done:begin]), Markup("<mark>"), escape(text[begin:end]), Markup("</mark>")]
        done, at = end, found.find(wanted, at + len(wanted))
    return Markup("").join([*parts, escape(text[done:])])


def newest_event(captions: Sequence[StoredCaption], otherwise: str = "") -> str:
    """The padded id of the newest of these captions."""
    return max((caption.event_id for caption in captions), default=otherwise)
