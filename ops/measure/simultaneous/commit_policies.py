"""Which words of a speaker who goes on are certain: policies, and what is kept of the sound behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, Protocol

from ops.measure.alignment import words
from tasks.engines.base import Word

SEAM_SECONDS: Final = 0.05
"""A word whose middle is that much before the end of what is committed is new all the same: alignment is not exact."""
REPEAT_SECONDS: Final = 0.15
"""A word that begins within this time after a committed one, and is the same, is the same word heard again."""
CONTEXT_SECONDS: Final = 0.3
"""Sound of committed words that is kept, so that the next word does not begin in the middle."""
FRESH_SECONDS: Final = 1.0
"""The newest sound is never forgotten."""


class CommitPolicy(Protocol):
    """Says how many words are certain."""

    @property
    def name(self) -> str:
        """For tables."""

    def certain(self, now: float, hypothesis: Sequence[Word], previous: Sequence[Word]) -> int:
        """How many of the first words of a hypothesis will stay.

        Args:
            now: where the sound ends, seconds of the track.
            hypothesis: the words after the committed ones, times in seconds of the track.
            previous: the same of the decoding before.
        """


@dataclass(frozen=True)
class Agreement:
    """Words that two decodings after each other agree on (LocalAgreement-2)."""

    @property
    def name(self) -> str:
        """For tables."""
        return "two agree"

    def certain(self, now: float, hypothesis: Sequence[Word], previous: Sequence[Word]) -> int:  # noqa: ARG002
        """The words that both begin with."""
        return agreed(hypothesis, previous)


@dataclass(frozen=True)
class Ended:
    """Words that ended some time ago by the recogniser's own alignment (as AlignAtt has it)."""

    seconds: float

    @property
    def name(self) -> str:
        """For tables."""
        return f"ended {self.seconds:g} s ago"

    def certain(self, now: float, hypothesis: Sequence[Word], previous: Sequence[Word]) -> int:  # noqa: ARG002
        """The words before the first that has not ended for so long."""
        return len(list(takewhile(lambda word: word.end < now - self.seconds, hypothesis)))


@dataclass(frozen=True)
class AgreementOrEnded:
    """Words that ended some time ago, or half that time ago if two decodings agree on them."""

    seconds: float

    @property
    def name(self) -> str:
        """For tables."""
        return f"ended {self.seconds:g} s ago, or half of it and two agree"

    def certain(self, now: float, hypothesis: Sequence[Word], previous: Sequence[Word]) -> int:
        """The words before the first for which neither holds."""
        return max(
            Ended(self.seconds).certain(now, hypothesis, previous),
            min(agreed(hypothesis, previous), Ended(self.seconds / 2).certain(now, hypothesis, previous)),
        )


def agreed(hypothesis: Sequence[Word], previous: Sequence[Word]) -> int:
    """How many words two hypotheses begin with together, whatever their case and punctuation."""
    pairs = zip(hypothesis, previous, strict=False)
    return len(list(takewhile(lambda pair: words(pair[0].text) == words(pair[1].text), pairs)))


@dataclass(frozen=True)
class Window:
    """How much sound is decoded."""

    keep: float
    """Seconds after which what is committed is forgotten."""
    longest: float
    """Seconds at most, whatever is committed."""


@dataclass
class Committed:
    """The words of one track that are certain, and where the sound begins that is still decoded."""

    policy: CommitPolicy
    window: Window
    words: list[Word] = field(default_factory=list)
    begin: float = 0.0
    """Seconds of the track."""
    _pending: list[Word] = field(default_factory=list)
    """Words of the last hypothesis that were not certain."""

    def take(self, now: float, heard: Sequence[Word], *, last: bool = False) -> list[Word]:
        """Take in what was decoded of the sound from `begin` to `now`; the words that have become certain.

        Args:
            now: where the sound ended, seconds of the track.
            heard: its words, times in seconds from `begin`.
            last: the track is over, so that all of them are.
        """
        new = self._after_the_seam([_later(word, self.begin) for word in heard])
        count = len(new) if last else self.policy.certain(now, new, self._pending)
        self.words += new[:count]
        self._pending = new[count:]
        if now - self.begin > self.window.keep:
            forgotten = min(self._end - CONTEXT_SECONDS, now - FRESH_SECONDS)
            self.begin = max(self.begin, forgotten, now - self.window.longest)
        return new[:count]

    @property
    def _end(self) -> float:
        """Where what is committed ends."""
        return max((word.end for word in self.words), default=0.0)

    def _after_the_seam(self, heard: list[Word]) -> list[Word]:
        """The words that are not committed yet."""
        new = [word for word in heard if (word.start + word.end) / 2 > self._end - SEAM_SECONDS]
        while new and self.words and self._is_repeat(new[0]):
            new = new[1:]
        return new

    def _is_repeat(self, word: Word) -> bool:
        return words(word.text) == words(self.words[-1].text) and word.start < self._end + REPEAT_SECONDS


def _later(word: Word, seconds: float) -> Word:
    return Word(word.text, word.start + seconds, word.end + seconds, word.probability)
