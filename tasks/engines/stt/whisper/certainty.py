"""Which words of a decoding no later sound changes, and how much of the sound behind them can be forgotten.

A word is certain when it ended some time ago by the alignment of the decoder's attention (AlignAtt; Papi et al., 2023,
arXiv:2305.11408), sooner where the decoding before found it too. The first words of an utterance wait for that, since
with so little sound they often become others, and so do words that the model itself finds hardly likely in a language
that it knows less. Figures: docs/measurements/simultaneous.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from tasks.engines.base import Word
from tasks.engines.stt.whisper.transcriber import GREEDY_FIRST
from tasks.languages.number_words import is_number
from tasks.languages.text import agreed


@dataclass(frozen=True)
class Policy:
    """When words are certain, and what is decoded for it; all in seconds."""

    every: float = 0.5
    """New sound from which on it is decoded again, where the machine keeps up."""
    slowest: float = 2.0
    """The same where it does not."""
    ended: float = 0.7
    """After a word's end it is certain."""
    agreed: float = 0.4
    """The same where two decodings agree on it."""
    early: float = 2.0
    """What begins before that in an utterance waits longer: with little sound it is often heard as something else."""
    early_ended: float = 1.2
    """`ended` of such a word."""
    early_agreed: float = 0.7
    """`agreed` of such a word."""
    unlikely: float = 0.7
    """A word that the model takes for less likely than that waits longer, whenever it is said; not in a language that
    the model knows so well that such a word is more often rare than wrong (`GREEDY_FIRST`)."""
    unlikely_ended: float = 1.5
    """`ended` of such a word."""
    unlikely_agreed: float = 0.9
    """`agreed` of such a word."""
    patience: float = 5.0
    """The same of a word that may go on, as numbers do."""
    keep: float = 7.0
    """Sound from which on what lies behind certain words is forgotten."""
    kept: float = 4.5
    """What is left of it then."""
    longest: float = 13.0
    """Sound that is decoded at most, where nothing in it is certain."""

    def wait(self, word: Word, language: str, *, again: bool) -> float:
        """After its end a word is certain; `again`: the decoding before found it, too."""
        waits = [self.agreed if again else self.ended]
        if word.start < self.early:
            waits.append(self.early_agreed if again else self.early_ended)
        if word.probability < self.unlikely and language not in GREEDY_FIRST:
            waits.append(self.unlikely_agreed if again else self.unlikely_ended)
        return max(waits)


def certain(words: Sequence[Word], before: Sequence[Word], now: float, language: str, policy: Policy) -> int:
    """How many of the first words of a decoding are certain while speech goes on: never the last one.

    Args:
        words: those behind what is certain already.
        before: the same of the decoding before.
        now: where the sound ends.
        language: what is spoken.
        policy: when they are.
    """
    alike = agreed(_keys(words), _keys(before))
    waited = (now - word.end >= policy.wait(word, language, again=n < alike) for n, word in enumerate(words))
    count = min(len(list(takewhile(bool, waited))), len(words) - 1)
    while count > 0 and not _complete(words, count - 1, language):
        count -= 1
    overdue = len(list(takewhile(lambda word: word.end <= now - policy.patience, words)))
    return max(count, min(overdue, len(words) - 1), 0)


def key(word: str) -> str:
    """A word as it is compared: without case and marks."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def oldest_kept(words: Sequence[Word], now: float, policy: Policy) -> int:
    """Which of the certain words is to be the first whose sound is kept: after the longest pause about there."""
    latest = now - policy.kept
    early = latest - (policy.keep - policy.kept) / 2
    starts = [n for n in range(1, len(words)) if early <= words[n].start <= latest]
    if not starts:
        return max((n for n in range(1, len(words)) if words[n].start <= latest), default=0)
    return max(starts, key=lambda n: (words[n].start - words[n - 1].end, n))


def _keys(words: Sequence[Word]) -> list[str]:
    return [key(word.text) for word in words]


def _complete(words: Sequence[Word], at: int, language: str) -> bool:
    """Whether a word is the last of what belongs together: a number, or the same said several times, may go on."""
    own = key(words[at].text)
    if not own or is_number(own, language):
        return False
    return own != key(words[at + 1].text) and (at == 0 or own != key(words[at - 1].text))
