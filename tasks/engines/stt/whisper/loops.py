"""Whether words that come again were said again: told by time, for people do say "yes, yes, yes, yes".

A decoder in a loop writes words for which there is no sound left. Aligned in time (`words`) they stand still: of 16
recordings and 9 short phrases all of it, or more than half of its words, in a second copy that nobody had said; no
word of one that was said, but for 1 in 20. So too for 36 fives for two, and 11 times "Stop!" for four.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tasks.engines.base import Word
from tasks.engines.text.repeats import LONG, Run, runs

STILL: Final = 0.05
"""Seconds under which a word stands still: the shortest one that was said took 0.12, and one in a hundred 0.06."""

CROWDED: Final = 14.0
"""Syllables and digits a second that nobody says; a hurried speaker comes to 9."""
ENOUGH: Final = 12
"""Syllables and digits from which this counts: the edges of a short word are not that exact."""

SPARSE: Final = 5.5
"""Syllables and digits for a second of sound under which it is worth a look whether words are missing at the end."""

_SYLLABLE = re.compile(r"\d|[^\W\d_]*?[aeiouyàáâãäåèéêëìíîïòóôõöùúûüăơưạ-ỹ]+", re.IGNORECASE)
_STUTTER = re.compile(r"(\w{1,3}?)\1{3,}", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """The words of a decoding that had sound of their own."""

    text: str
    repeats: bool
    """Whether something in it is said several times in a row: how often is not certain."""
    looped: bool
    """Whether words were left out."""
    crowded: bool
    """Whether there are more words even so than the sound has room for."""


def stutters(text: str) -> bool:
    """Whether something is repeated within a word: "5555", "hahahaha"."""
    return bool(_STUTTER.search(text))


def sparse(text: str, seconds: float) -> bool:
    """Whether `text` is little for so many seconds of sound."""
    return len(_SYLLABLE.findall(text)) < SPARSE * seconds


def heard(words: Sequence[Word], *, cut_off: bool = False) -> Heard:
    """Leave out the copies of what comes again that stand still.

    Args:
        words: of a decoding, with their times.
        cut_off: whether the last one may end in the middle.
    """
    texts = [word.text for word in words]
    found = runs(texts, cut_off=cut_off)
    kept: list[Word] = []
    done = 0
    repeats = False
    for run in found:
        copies = run.copies - _still_copies(words, run)
        repeats |= copies > 2 or (copies > 1 and run.period >= LONG)
        end = min(run.end, run.start + run.period * max(copies, 1))
        kept += words[done:end]
        done = run.end
    kept += words[done:]
    text = " ".join(word.text for word in kept)
    looped = len(kept) < len(words)
    return Heard(text.rstrip(",;:") if looped else text, repeats, looped, crowded(kept))


def _still_copies(words: Sequence[Word], run: Run) -> int:
    copies = [words[at : min(at + run.period, run.end)] for at in range(run.start, run.end, run.period)]
    return sum(sum(_stands_still(word) for word in copy) * 2 > len(copy) for copy in copies)


def _stands_still(word: Word) -> bool:
    return word.end - word.start < STILL


def crowded(words: Sequence[Word]) -> bool:
    """Whether so many words are more than the time that they take has room for."""
    spoken = sum(len(_SYLLABLE.findall(word.text)) for word in words)
    if spoken < ENOUGH:
        return False
    still = sum(_stands_still(word) for word in words)
    return 2 * still > len(words) or spoken > CROWDED * sum(word.end - word.start for word in words)
