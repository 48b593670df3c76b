"""Segments as SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from app.speech_api.transcription import Segment
from tasks.engines.sentences import clauses

LINE: Final = 84
"""Characters of one subtitle: two lines of 42, as broadcasters write them."""


class Cue(NamedTuple):
    """One subtitle; times are seconds."""

    start: float
    end: float
    text: str


def cues(segments: Iterable[Segment]) -> Iterator[Cue]:
    """Subtitles of at most about `LINE` characters; a long segment's time is shared out by length."""
    for segment in segments:
        parts = clauses(segment.text, segment.language, lengths=(LINE,))
        total, at = sum(map(len, parts)), segment.start
        for part in parts:
            end = at + (segment.end - segment.start) * len(part) / total
            yield Cue(at, end, part)
            at = end


def srt(segments: Iterable[Segment]) -> str:
    """SubRip."""
    return "".join(
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(cues(segments), 1)
    )


def vtt(segments: Iterable[Segment]) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): `&`, `<` and `-->` have a meaning in it."""
    lines = [f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_escaped(cue.text)}\n\n" for cue in cues(segments)]
    return "WEBVTT\n\n" + "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
