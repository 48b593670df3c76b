"""Finding words in a transcript, whatever their case and accents."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

from app.captions.lines import Line
from app.tables import StoredCaption

_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {"đ": "d", "ø": "o", "ł": "l", "\u0131": "i", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u2044": "/"}
)
"""Letters that Unicode does not take apart, and marks in the form that keyboards have."""


def matches(line: Line[StoredCaption], words: str) -> bool:
    """Whether the speaker's name or one of the texts holds `words`."""
    wanted = fold(words)
    return any(wanted in fold(text) for text in (line.speaker, *(caption.shown_text for caption in line.captions)))


def fold(text: str) -> str:
    """`text` without case and accents: "Bình" is found by "binh"."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character.casefold()).translate(_PLAIN)
    return "".join(part for part in plain if not unicodedata.combining(part) and unicodedata.category(part) != "Cf")


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
        while end < len(text) and unicodedata.combining(text[end]):  # marks of the last letter, where they stand apart
            end += 1
        parts += [escape(text[done:begin]), Markup("<mark>"), escape(text[begin:end]), Markup("</mark>")]
        done, at = end, found.find(wanted, at + len(wanted))
    return Markup("").join([*parts, escape(text[done:])])
