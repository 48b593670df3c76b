"""What was said as SubRip and WebVTT."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from tasks.languages.sentences import clauses, joined

MAX_CHARACTERS: Final = 84
"""Characters of one subtitle: two lines of 42, as broadcasters write them."""
LEAST_SECONDS: Final = 1.0
"""How long a subtitle is shown at least, unless another follows: in less nobody reads it. Netflix's Timed Text Style
Guide asks for 5/6 s."""


JOINERS: Final = frozenset("\u200c\u200d\u2060") | {chr(0xE0000 + code) for code in range(0x20, 0x80)}
"""Invisible, and part of how names and emoji are written: the flag of England consists of such."""
_TAG: Final = re.compile(r"<([^<>]*)>")
_OVERRIDES: Final = str.maketrans({"{": "(", "}": ")", "\\": "\\\u2060"})


class Spoken(Protocol):
    """A stretch of speech; times are seconds."""

    @property
    def start(self) -> float:
        """When it begins."""

    @property
    def end(self) -> float:
        """When it ends."""

    @property
    def text(self) -> str:
        """What was said."""

    @property
    def language(self) -> str:
        """What it was said in, a BCP 47 primary subtag."""


@dataclass(frozen=True)
class Utterance:
    """What one person said, perhaps in two languages."""

    start: float
    end: float
    text: str
    language: str
    voice: str = ""
    """Who said it; "" is not shown."""
    below: str = ""
    """The same in another language, to stand below."""
    below_language: str = ""


class Cue(NamedTuple):
    """One subtitle; times are seconds."""

    start: float
    end: float
    text: str
    below: str = ""
    voice: str = ""


def cues(segments: Iterable[Spoken]) -> Iterator[Cue]:
    """Subtitles of at most about `MAX_CHARACTERS` characters; a long segment's time is shared out by length.

    One that would be gone before it is read stays for `LEAST_SECONDS`, or until the next one begins. They come in the
    order in which they begin, as WebVTT demands, also where people speak at once.
    """
    found = sorted(_cut(segments), key=lambda cue: cue.start)
    for cue, following in zip(found, [*found[1:], None], strict=True):
        least = cue.start + LEAST_SECONDS
        if following and cue.start < following.start < least:
            least = following.start
        yield cue._replace(end=max(cue.end, least))


def _cut(segments: Iterable[Spoken]) -> Iterator[Cue]:
    for segment in segments:
        parts = clauses(segment.text, segment.language, lengths=(MAX_CHARACTERS,))
        below, voice, below_language = [""] * len(parts), "", ""
        if isinstance(segment, Utterance):
            voice, below_language = segment.voice, segment.below_language
            if segment.below:
                parts, below = _even(parts, clauses(segment.below, segment.below_language, lengths=(MAX_CHARACTERS,)))
        seconds = segment.end - segment.start
        _together(parts, below, (segment.language, below_language), seconds)
        total, at = sum(map(len, parts)), segment.start
        for part, second in zip(parts, below, strict=True):
            end = at + seconds * len(part) / total
            yield Cue(at, end, part, second, voice)
            at = end


def _together(parts: list[str], below: list[str], languages: tuple[str, str], seconds: float) -> None:
    """Join what would be shown for too short a time with what follows it, or else precedes, where both fit."""
    total = sum(map(len, parts))
    at = 0
    while at < len(parts):
        short = seconds * len(parts[at]) < LEAST_SECONDS * total
        for first in (at, at - 1) if short else ():
            pair = slice(first, first + 2)
            text, second = joined(parts[pair], languages[0]), joined(filter(None, below[pair]), languages[1])
            if 0 <= first < len(parts) - 1 and max(len(text), len(second)) <= MAX_CHARACTERS:
                parts[pair], below[pair] = [text], [second]
                at = first
                break
        else:
            at += 1


def _even(first: list[str], second: list[str]) -> tuple[list[str], list[str]]:
    """Both in as many parts as the one that has fewer, so that each stands beside what it says."""
    count = max(1, min(len(first), len(second)))
    return _grouped(first, count), _grouped(second, count)


def _grouped(parts: list[str], count: int) -> list[str]:
    bounds = [round(index * len(parts) / count) for index in range(count + 1)]
    return [" ".join(parts[begin:end]) for begin, end in pairwise(bounds)]


def srt(segments: Iterable[Spoken]) -> str:
    """SubRip, which has no way to escape: what players take for markup, and hide, is written with other characters."""
    return "".join(
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_unmarked(_named(cue) + _below(cue.below))}\n\n"
        for number, cue in enumerate(cues(segments), 1)
    )


def vtt(segments: Iterable[Spoken]) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): `&`, `<` and `-->` have a meaning in it; who speaks is a voice span."""
    lines = []
    for cue in cues(segments):
        voice = f"<v {_escaped(_one_line(cue.voice))}>" if cue.voice else ""
        below = f"\n<i>{_escaped(_one_line(cue.below))}</i>" if cue.below else ""
        lines.append(
            f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{voice}{_escaped(_one_line(cue.text))}{below}\n\n"
        )
    return "WEBVTT\n\n" + "".join(lines)


def _named(cue: Cue) -> str:
    return _one_line(f"{cue.voice}: {cue.text}" if cue.voice else cue.text)


def _below(text: str) -> str:
    return f"\n{_one_line(text)}" if text else ""


def _one_line(text: str) -> str:
    """An empty line would end the cue; control characters show as nothing, or end the file."""
    hidden = {"Cc", "Cf", "Cs", "Co"}  # emoji that are newer than this Python have no category, and stay
    return " ".join("".join(c if c in JOINERS or unicodedata.category(c) not in hidden else " " for c in text).split())


def _unmarked(text: str) -> str:
    r"""The text without tags (`<i>`, and what only looks like one), style overrides (`{\an8}`, `\N`) and time arrows.

    Pointed brackets become quotation marks of that shape, braces round ones; a word joiner, which nobody sees, keeps a
    backslash from what follows it.
    """
    while (plain := _TAG.sub("\u2039\\1\u203a", text)) != text:  # one within another
        text = plain
    return text.translate(_OVERRIDES).replace("-->", "→")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
