"""Ways to translate a sentence clause by clause: the product's own, with other lengths, and what it was chosen over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from tasks.cuts import LENGTHS, ClauseLengths, clause_ends
from tasks.engines.base import Word
from tasks.growth import continued, unfinished
from tasks.languages.text import continuation

Translate = Callable[[str], str]
Policy = Callable[[Sequence[str], Translate], "Shown"]
"""Translates a sentence from its clauses."""

LONG: Final = ClauseLengths(before_clause=2, before_phrase=3, anywhere=4)
LONGER: Final = ClauseLengths(before_clause=4, before_phrase=6, anywhere=9)
CUTS: Final = (LENGTHS, LONG, LONGER)

SECONDS_A_WORD: Final = 0.4
"""Of a written sentence: no pause makes a clause of it."""


@dataclass(frozen=True)
class Shown:
    """A translation as it was shown."""

    text: str
    read: tuple[int, ...]
    """For each of its words, how many words of the source had been read then."""
    asked: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """What was translated for it, in order: how many words of the source had been read, and the texts."""

    def lagging(self, source_words: int, reference_words: int) -> float:
        """How many words of the source a word of the translation is behind on average.

        LAAL (Papi et al., "Over-Generation Cannot Be Rewarded", 2022), as SimulEval defines it, without the time that
        computing takes.
        """
        return lagging(self.read, source_words, reference_words)

    def lagging_computed(self, source_words: int, reference_words: int, took: Callable[[str], float]) -> float:
        """The same in seconds with the time that computing takes: the source is read at `SECONDS_A_WORD`.

        What has been read waits until the translation before is done.

        Args:
            source_words: of the sentence.
            reference_words: of its reference.
            took: seconds that translating a text takes.
        """
        ready: dict[int, float] = {}
        done = 0.0
        for read, texts in self.asked:
            done = max(done, read * SECONDS_A_WORD) + sum(map(took, texts))
            ready[read] = done
        return lagging([ready[read] for read in self.read], source_words * SECONDS_A_WORD, reference_words)


def lagging(delays: Sequence[float], source: float, reference_words: int) -> float:
    """LAAL of words with these delays, for a source of this length: in its unit."""
    rate = source / max(len(delays), reference_words, 1)
    total, count = 0.0, 0
    for number, delay in enumerate(delays):
        total += delay - number * rate
        count += 1
        if delay >= source:
            break
    return total / max(count, 1)


def cut(sentence: str, language: str, lengths: ClauseLengths) -> list[str]:
    """The clauses of a sentence, which give it when they are joined by spaces."""
    times = [(SECONDS_A_WORD * n, SECONDS_A_WORD * (n + 1)) for n in range(len(sentence.split()))]
    words = [Word(text, *time, 1.0) for text, time in zip(sentence.split(), times, strict=True)]
    edges = [0, *clause_ends(words, language, lengths=lengths), len(words)]
    return [" ".join(word.text for word in words[first:end]) for first, end in pairwise(edges)]


class _Showing:
    """A translation that is being made."""

    def __init__(self, translate: Translate) -> None:
        self.words: list[str] = []
        self._translate = translate
        self._texts: list[str] = []
        self._read: list[int] = []
        self._asked: list[tuple[int, tuple[str, ...]]] = []

    def translated(self, text: str) -> str:
        """The translation of a text, which takes its time."""
        self._texts.append(text)
        return self._translate(text)

    def show(self, source: str, words: Sequence[str]) -> None:
        """Show these words, after all of `source` has been read."""
        read = len(source.split())
        self._asked.append((read, tuple(self._texts)))
        self._texts.clear()
        self.words += words
        self._read += [read] * len(words)

    def shown(self) -> Shown:
        """All of it."""
        return Shown(" ".join(self.words), tuple(self._read), tuple(self._asked))


def whole(clauses: Sequence[str], translate: Translate) -> Shown:
    """The whole sentence at its end, as without any of this."""
    showing, source = _Showing(translate), " ".join(clauses)
    showing.show(source, showing.translated(source).split())
    return showing.shown()


def each_alone(clauses: Sequence[str], translate: Translate) -> Shown:
    """Each clause by itself."""
    showing = _Showing(translate)
    for count, clause in enumerate(clauses, 1):
        showing.show(" ".join(clauses[:count]), showing.translated(clause).split())
    return showing.shown()


def growing(clauses: Sequence[str], translate: Translate, *, held_back: int) -> Shown:
    """What has come so far is translated anew; what was shown stays, and what follows it there is shown.

    Of every translation but the last the `held_back` last words are not shown, unless the one before had them.
    """
    showing, shown, before = _Showing(translate), "", ""
    for count in range(1, len(clauses) + 1):
        source = " ".join(clauses[:count])
        if count < len(clauses):
            newest = showing.translated(unfinished(source))
            longer = continued(shown, newest, before, held_back=held_back)
        else:
            newest = showing.translated(source)
            longer = continued(shown, newest)
        showing.show(source, longer[len(shown) :].split())
        shown, before = longer, newest
    return showing.shown()


def after_the_one_before(clauses: Sequence[str], translate: Translate) -> Shown:
    """Each clause together with the one before it, whose part of the translation is cut off."""
    showing = _Showing(translate)
    showing.show(clauses[0], showing.translated(clauses[0]).split())
    for count, (before, clause) in enumerate(pairwise(clauses), 2):
        both = showing.translated(f"{before} {clause}").split()
        start = continuation(translate(before).split(), both)
        showing.show(" ".join(clauses[:count]), both[start:] or showing.translated(clause).split())
    return showing.shown()


POLICIES: Final[dict[str, Policy]] = {
    "each clause alone": each_alone,
    "after the clause before": after_the_one_before,
    **{f"growing, {held} held back": partial(growing, held_back=held) for held in range(1, 5)},
}
