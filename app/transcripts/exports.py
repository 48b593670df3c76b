"""Transcripts as files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, Literal
from urllib.parse import quote

from app import subtitles
from app.captions.lines import Line
from app.i18n import gettext
from app.tables import Room, StoredCaption
from app.transcripts.export_json import as_json
from app.transcripts.search import fold

View = Literal["both", "original", "translated"]
"""What is shown of a line: what was said, its translation, or the two side by side."""
CHARACTERS_PER_SECOND: Final = 15
"""That people read with ease in a subtitle: Netflix's Timed Text Style Guide asks for 17 at most."""
VIEWS: Final = ("both", "original", "translated")
MEDIA_TYPES: Final = {"txt": "text/plain", "srt": "application/x-subrip", "vtt": "text/vtt", "json": "application/json"}
"""Format → media type."""


def export(room: Room, lines: list[Line[StoredCaption]], language: str, view: View, suffix: str) -> str:
    """The lines in one of `MEDIA_TYPES`. Times in subtitles count from the first utterance."""
    make: dict[str, Callable[[], str]] = {
        "txt": lambda: _text(lines, view),
        "srt": lambda: subtitles.srt(_utterances(lines, view)),
        "vtt": lambda: subtitles.vtt(_utterances(lines, view)),
        "json": lambda: as_json(room.name, lines, language),
    }
    return make[suffix]()


def attachment(room: Room, language: str, view: View, suffix: str) -> str:
    """A `Content-Disposition` with a name that says what is in the file.

    In plain letters where the room's name can be written so; otherwise in its own as well (RFC 6266), which browsers
    prefer.
    """
    kind = {"both": f"original-{language}", "original": "original", "translated": language}[view]
    return named(room.name, f"{kind}.{suffix}")


def named(name: str, end: str) -> str:
    """A `Content-Disposition` of a file called `name`, with an `end` in plain letters, as `attachment`."""
    letters = fold(name)
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60] or "transcript"
    header = f'attachment; filename="{plain}.{end}"'
    if not any(letter.isalnum() and not letter.isascii() for letter in letters):
        return header
    own = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in name)
    own = "-".join(own.casefold().split())[:60]
    return f"{header}; filename*=UTF-8''{quote(f'{own}.{end}')}"


def shown(line: Line[StoredCaption], view: View) -> tuple[StoredCaption | None, StoredCaption | None]:
    """What stands first in this view, and what stands below or beside it."""
    if view == "original" or line.translation is None:
        return line.source or line.translation, None
    if view == "translated" or line.source is None:
        return line.translation, None
    return line.translation, line.source


def _text(lines: list[Line[StoredCaption]], view: View) -> str:
    paragraphs = []
    for line in lines:
        texts = [caption.shown_text for caption in shown(line, view) if caption]
        paragraphs.append(f"[{line.clock}] {_who(line)}: " + "\n    ".join(texts))
    return "\n".join(paragraphs) + "\n" if paragraphs else ""


def _who(line: Line[StoredCaption]) -> str:
    if line.interprets:
        return gettext("%(name)s (interpreter)", name=line.speaker)
    return gettext("%(name)s (typed)", name=line.speaker) if line.typed else line.speaker


def _end(line: Line[StoredCaption], text: str) -> float:
    """When a line ends, epoch seconds: what was typed took no time, and takes some to be read."""
    return line.start + len(text) / CHARACTERS_PER_SECOND if line.typed else line.end


def _utterances(lines: list[Line[StoredCaption]], view: View) -> Iterable[subtitles.Utterance]:
    for line in lines:
        first, below = shown(line, view)
        if first is None or not first.shown_text.strip():
            continue
        yield subtitles.Utterance(
            start=line.start - line.zero,
            end=_end(line, first.shown_text) - line.zero,
            text=first.shown_text,
            language=first.language,
            voice=_who(line),
            below=below.shown_text if below else "",
            below_language=below.language if below else "",
        )
