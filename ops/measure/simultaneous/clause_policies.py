"""Ways to translate a sentence clause by clause: the product's own, with other lengths, and what it was chosen over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from tasks.cuts import LENGTHS, ClauseLengths, clause_ends
from tasks.engines.base import Word
from tasks.growth import HELD_BACK, continued, unfinished
from tasks.languages.text import continuation

Translate = Callable[[str], str]
Policy = Callable[[Sequence[str], Translate], "Shown"]
"""Translates a sentence from its clauses."""

LONGER: Final = ClauseLengths(before_clause=4, before_phrase=6, anywhere=9)
CUTS: Final = (LENGTHS, LONGER)

SECONDS_A_WORD: Final = 0.4
"""Of a written sentence: no pause makes a clause of it."""


@dataclass(frozen=True)
class Shown:
    """A translation as it was shown."""

    text: str
    read: tuple[int, ...]
    """For each of its words, how many words of the source had been read then."""

    def lagging(self, source_words: int, reference_words: int) -> float:
        """How many words of the source a word of the translation is behind on average.

        LAAL (Papi et al., "Over-Generation Cannot Be Rewarded", 2022), as SimulEval defines it, without the time that
        computing takes.
        """
        rate = source_words / max(len(self.read), reference_words, 1)
        total, count = 0.0, 0
        for number, read in enumerate(self.read):
            total += read - number * rate
            count += 1
            if read >= source_words:
                break
        return total / max(count, 1)


def cut(sentence: str, language: str, lengths: ClauseLengths) -> list[str]:
    """The clauses of a sentence, which give it when they are joined by spaces."""
    times = [(SECONDS_A_WORD * n, SECONDS_A_WORD * (n + 1)) for n in range(len(sentence.split()))]
    words = [Word(text, *time, 1.0) for text, time in zip(sentence.split(), times, strict=True)]
    edges = [0, *clause_ends(words, language, lengths=lengths), len(words)]
    return [" ".join(word.text for word in words[first:end]) for first, end in pairwise(edges)]


def whole(clauses: Sequence[str], translate: Translate) -> Shown:
    """The whole sentence at its end, as without any of this."""
    return _shown([clauses], translate(" ".join(clauses)).split())


def each_alone(clauses: Sequence[str], translate: Translate) -> Shown:
    """Each clause by itself."""
    return _shown([[clause] for clause in clauses], *[translate(clause).split() for clause in clauses])


def growing(clauses: Sequence[str], translate: Translate, *, held_back: int) -> Shown:
    """What has come so far is translated anew; what was shown stays, and what follows it there is shown.

    Of every translation but the last the `held_back` last words are not shown, unless the one before had them.
    """
    shown, before, added = "", "", []
    for count in range(1, len(clauses)):
        newest = translate(unfinished(" ".join(clauses[:count])))
        longer = continued(shown, newest, before, held_back=held_back)
        added.append(longer[len(shown) :].split())
        shown, before = longer, newest
    added.append(continued(shown, translate(" ".join(clauses)))[len(shown) :].split())
    return _shown([[clause] for clause in clauses], *added)


def after_the_one_before(clauses: Sequence[str], translate: Translate) -> Shown:
    """Each clause together with the one before it, whose part of the translation is cut off."""
    added = [translate(clauses[0]).split()]
    for before, clause in pairwise(clauses):
        both = translate(f"{before} {clause}").split()
        start = continuation(translate(before).split(), both)
        added.append(both[start:] or translate(clause).split())
    return _shown([[clause] for clause in clauses], *added)


def _shown(groups: Sequence[Sequence[str]], *added: Sequence[str]) -> Shown:
    """What was added after each group of clauses."""
    read, upto = [], 0
    for group, words in zip(groups, added, strict=True):
        upto += len(" ".join(group).split())
        read += [upto] * len(words)
    return Shown(" ".join(word for words in added for word in words), tuple(read))


POLICIES: Final[dict[str, Policy]] = {
    "each clause alone": each_alone,
    "after the clause before": after_the_one_before,
    **{f"growing, {held} held back": partial(growing, held_back=held) for held in (1, 2, HELD_BACK, 4)},
}
