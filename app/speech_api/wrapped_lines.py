"""Sentences that were broken into lines of a certain width: translated whole, and broken into as many lines again.

Subtitles, mail and source texts are such. Line by line a translator makes sentences of halves of them. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

WRAP: Final = "\x1f"
"""Stands for a break within a sentence; space to everything that cuts text up."""
LEAST_WORDS: Final = 3
"""Words of a line from which it may be one of several that make a sentence; a list has shorter ones."""
AFTER_COMMA: Final = 12
"""Characters by which a line may be longer or shorter so that it ends with a comma, where it did."""

_BREAK = re.compile(r"[ \t]*(?:\r\n|\n)[ \t]*")
_GOES_ON = re.compile(r"[\"'\u201c\u2018«(]?[^\W\d_]")
_MARK = re.compile(r"[a-z][)]\s")
_END = re.compile("[.!?…][\"'\u201d\u2019»)\\]]*$")
_OPEN_END = re.compile(r"[\w,\u2019']$")


def flattened(text: str) -> tuple[str, list[str]]:
    """`text` with `WRAP` in place of each break within a sentence, and those breaks in order."""
    if WRAP in text:
        return text, []
    matches = list(_BREAK.finditer(text))
    starts = [0, *(match.end() for match in matches)]
    ends = [*(match.start() for match in matches), len(text)]
    lines = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    within: list[int] = []
    first = 0
    for last in range(len(lines)):
        if last + 1 < len(lines) and _continues(lines[last], lines[last + 1]):
            continue
        breaks = range(first, last)
        # A verse has a comma in each, and a list no end.
        if _END.search(lines[last]) and any(not lines[at].endswith(",") for at in breaks):
            within += breaks
        first = last + 1
    flat, at = "", 0
    for index in within:
        flat += text[at : matches[index].start()] + WRAP
        at = matches[index].end()
    return flat + text[at:], [matches[index][0] for index in within]


def _continues(line: str, following: str) -> bool:
    begins = _GOES_ON.match(following)
    return bool(
        begins
        and begins[0][-1].islower()
        and not _MARK.match(following)
        and _OPEN_END.search(line)
        and len(line.split()) >= LEAST_WORDS
    )


def whole(piece: str) -> str:
    """The piece on one line, as a translator takes it."""
    return piece.replace(WRAP, " ")


def wrapped(answer: str, piece: str, breaks: Sequence[str]) -> str:
    """The translation of `piece` with each of its breaks at a space in about the same place."""
    at = 0
    done = ""
    places = [place for place, character in enumerate(piece) if character == WRAP]
    for place, line_break in zip(places, breaks, strict=True):
        wanted = round(len(answer) * place / len(piece))
        spaces = [space for space, character in enumerate(answer) if character == " " and space > at]
        if not spaces:
            return done + answer[at:]
        commas = [space for space in spaces if answer[space - 1] == "," and abs(space - wanted) <= AFTER_COMMA]
        found = min(commas if commas and piece[place - 1] == "," else spaces, key=lambda space: abs(space - wanted))
        done += answer[at:found] + line_break
        at = found + 1
    return done + answer[at:]
