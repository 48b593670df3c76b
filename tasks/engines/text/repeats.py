"""Words that come again and again: what a decoder does that has lost its place, and what people do on purpose.

The words alone do not tell the two apart. Of a recording its sound does (`tasks.engines.stt.whisper.loops`), of a
translation what it translates (`restrained`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

RESTART: Final = 3
"""Words from which a repetition of the beginning is no coincidence."""

LONG: Final = 3
"""Words from which a block said twice is worth a look in a translation; shorter ones from `SHORT_COPIES` on."""
SHORT_COPIES: Final = 4

_PUNCTUATION = re.compile(r"[^\w]+")
_CLAUSE_ENDS = re.compile(r"[.,;:!?…。、]+(?:\s|$)")


@dataclass(frozen=True)
class Run:
    """A block of words said several times in a row."""

    start: int
    """Index of its first word."""
    period: int
    """Words of the block."""
    end: int
    """Index after the last word; the last copy may be cut off."""

    @property
    def copies(self) -> int:
        """How often the block was said, counting one that was cut off."""
        return -(-(self.end - self.start) // self.period)


def runs(words: Sequence[str], *, cut_off: bool = False) -> list[Run]:
    """The repetitions in a text, from its beginning; case and punctuation do not matter.

    Args:
        words: of the text.
        cut_off: whether the last one may end in the middle.
    """
    keys = [_PUNCTUATION.sub("", word.lower()) or word for word in words]
    found: list[Run] = []
    at = 0
    while at < len(keys):
        run = max((_run(keys, at, period) for period in range(1, (len(keys) - at) // 2 + 1)), key=_reach, default=None)
        if run is None or run.end - at < 2 * run.period:
            at += 1
            continue
        last = len(keys) - 1
        if cut_off and run.end == last and run.period > 1 and keys[last - run.period].startswith(keys[last]):
            run = Run(run.start, run.period, len(keys))
        found.append(run)
        at = run.end
    return found


def before_restart(text: str) -> str | None:
    """The utterance that a decoder finished and then began anew, None where `text` is no such thing.

    That is: a sentence end after which `text` repeats itself from its beginning to wherever it was cut off, the last
    word perhaps in the middle.
    """
    words = text.split()
    keys = [_PUNCTUATION.sub("", word.lower()) for word in words]
    for length in range(1, len(words) - RESTART + 1):
        ends = words[length - 1].endswith((".", "!", "?", "…"))
        if ends and all(keys[at] == keys[at - length] for at in range(length, len(keys) - 1)):
            return " ".join(words[:length])
    return None


def restrained(translation: str, source: str) -> tuple[str, bool]:
    """`translation` without what it says more often than `source` can have said it, and whether there was any.

    What `source` says several times in a row, or in several clauses, its translation may say as often. More than that
    at its end is a loop: a block of `LONG` words twice, or of fewer words `SHORT_COPIES` times.
    """
    words = translation.split()
    last = next((run for run in runs(words, cut_off=True) if run.end == len(words)), None)
    if last is None or last.copies < (2 if last.period >= LONG else SHORT_COPIES):
        return translation, False
    clauses = sum(any(letter.isalnum() for letter in part) for part in _CLAUSE_ENDS.split(source))
    said = max([clauses, 1, *(run.copies for run in runs(source.split()))])
    if last.copies <= said:
        return translation, False
    return " ".join(words[: last.start + said * last.period]), True


def _run(keys: Sequence[str], start: int, period: int) -> Run:
    """How far `keys` repeats a block of so many words from `start` on."""
    end = start + period
    while end < len(keys) and keys[end] == keys[end - period]:
        end += 1
    return Run(start, period, end if end >= start + 2 * period else start)


def _reach(run: Run) -> tuple[int, int]:
    return run.end, -run.period
