"""Words that are compared without case and punctuation, and which of two texts correspond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Final, NamedTuple

_SEPARATORS: Final = re.compile(r"[^\w' ]+")


class TimedWord(NamedTuple):
    """A word as `words` gives it, and the moment at which it has been spoken, in seconds of its recording."""

    text: str
    at: float


def words(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation."""
    return _SEPARATORS.sub(" ", text.lower()).split()


def spread(text: str, start: float, end: float) -> list[TimedWord]:
    """The words of a text that was spoken from `start` to `end`, as if every letter took as long as any other."""
    spoken = words(text)
    letters = list(accumulate(len(word) + 1 for word in spoken))
    return [
        TimedWord(word, start + (end - start) * upto / letters[-1]) for word, upto in zip(spoken, letters, strict=True)
    ]


def matches(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the words that two texts have in common, in order: (in the first, in the second)."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return [(block.a + n, block.b + n) for block in blocks for n in range(block.size)]
