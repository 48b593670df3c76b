"""Transcripts as files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

import msgspec

from app import subtitles
from app.tables import Room, StoredCaption
from app.transcripts.lines import TranscriptLine

View = Literal["both", "original", "translated"]
"""What is shown of a line: what was said, its translation, or the two side by side."""
VIEWS: Final = ("both", "original", "translated")
SUFFIXES: Final = {"txt": "text/plain", "srt": "application/x-subrip", "vtt": "text/vtt", "json": "application/json"}
"""Format → media type."""


def export(room: Room, lines: list[TranscriptLine], language: str, view: View, suffix: str) -> str:
    """The lines in one of `SUFFIXES`. Times in subtitles count from the first utterance."""
    make: dict[str, Callable[[], str]] = {
        "txt": lambda: _text(lines, view),
        "srt": lambda: subtitles.srt(_utterances(lines, view)),
        "vtt": lambda: subtitles.vtt(_utterances(lines, view)),
        "json": lambda: _json(room, lines, language),
    }
    return make[suffix]()


def file_name(room: Room, language: str, view: View, suffix: str) -> str:
    """A name of plain letters that says what is in the file."""
    name = re.sub(r"[^a-z0-9]+", "-", room.name.lower()).strip("-") or "transcript"
    kind = {"both": f"original-{language}", "original": "original", "translated": language}[view]
    return f"{name[:60]}.{kind}.{suffix}"


def shown(line: TranscriptLine, view: View) -> tuple[StoredCaption | None, StoredCaption | None]:
    """What stands first in this view, and what stands below or beside it."""
    if view == "original" or line.translation is None:
        return line.source or line.translation, None
    if view == "translated" or line.source is None:
        return line.translation, None
    return line.translation, line.source


def _text(lines: list[TranscriptLine], view: View) -> str:
    paragraphs = []
    for line in lines:
        first, below = shown(line, view)
        texts = [caption.shown_text for caption in (first, below) if caption]
        paragraphs.append(f"[{line.clock(lines[0].start)}] {line.speaker}: " + "\n    ".join(texts))
    return "\n".join(paragraphs) + "\n" if paragraphs else ""


def _utterances(lines: list[TranscriptLine], view: View) -> Iterable[subtitles.Utterance]:
    for line in lines:
        first, below = shown(line, view)
        if first is None or not first.shown_text.strip():
            continue
        zero = lines[0].start
        yield subtitles.Utterance(
            start=line.start - zero,
            end=line.end - zero,
            text=first.shown_text,
            language=first.language,
            voice=line.speaker,
            below=below.shown_text if below else "",
            below_language=below.language if below else "",
        )


def _json(room: Room, lines: list[TranscriptLine], language: str) -> str:
    content = {
        "room": room.name,
        "language": language,
        "lines": [
            {
                "segment": line.segment,
                "speaker": line.speaker,
                "spoken_at": line.start,
                "seconds": round(line.end - line.start, 3),
                "original": _caption(line.source),
                "translation": _caption(line.translation),
            }
            for line in lines
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _caption(caption: StoredCaption | None) -> dict[str, Any] | None:
    if caption is None:
        return None
    corrections = [
        {"text": one.text, "by": one.author, "at": one.created_at.timestamp()} for one in caption.corrections
    ]
    return {
        "language": caption.language,
        "text": caption.shown_text,
        "heard": caption.text,
        "engine": caption.engine,
        "draft": caption.draft,
        "corrections": corrections,
    }
