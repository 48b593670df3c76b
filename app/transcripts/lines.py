"""A transcript as people read it: one line for each utterance, with what was said and its translation."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from app.captions.lines import Line
from app.tables import StoredCaption
from tasks.wire.messages import sentence_number


def in_lines(
    captions: Iterable[StoredCaption], names: dict[str, str], unknown: str, zero: float = 0.0
) -> list[Line[StoredCaption]]:
    """Captions put together by utterance, in the order in which they were spoken.

    Args:
        captions: transcripts, and translations into one language.
        names: participant's id → name.
        unknown: what to call others.
        zero: where the lines' clocks begin, epoch seconds; 0.0: with the first line.
    """
    lines: dict[str, Line[StoredCaption]] = {}
    for caption in captions:
        line = lines.get(caption.segment) or Line(caption.segment, names.get(caption.speaker, unknown), zero)
        lines[caption.segment] = line.having(caption, is_source=caption.is_source)
    spoken = [line for line in lines.values() if line.captions[0].shown_text.strip()]
    spoken.sort(key=lambda line: (line.start, line.captions[0].seq, sentence_number(line.segment)))
    return spoken if zero or not spoken else [replace(line, zero=spoken[0].start) for line in spoken]
