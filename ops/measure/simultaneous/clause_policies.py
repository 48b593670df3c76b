"""Cutting a sentence into clauses, and ways to translate it clause by clause with an engine that takes no beginning."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

from ops.measure.alignment import matches

Translate = Callable[[str], str]
Policy = Callable[[Sequence[str], Translate], str]
"""Translates a sentence from its clauses."""

STOPS: Final = ",;:."
MIN_WORDS_BEFORE_A_STOP: Final = 3
MAX_WORDS_OVER: Final = 4
"""Words beyond `Cut.most` after which a clause ends wherever it is."""


class Joints(NamedTuple):
    """Words of one language that a clause may begin with."""

    strong: frozenset[str]
    """Begin a clause of their own."""
    weak: frozenset[str]
    """Begin a part of one: prepositions and the like."""


def _joints(strong: str, weak: str) -> Joints:
    return Joints(frozenset(strong.split()), frozenset(weak.split()))


JOINTS: Final = {
    "en": _joints(
        "and but which who because when where while although if so or after before that",
        "as with for to in on from by of",
    ),
    "pt": _joints(
        "e mas que porque quando onde enquanto embora se ou depois antes como", "com para em no na de do da por"
    ),
}


@dataclass(frozen=True)
class Cut:
    """How long clauses are."""

    least: int
    """Words from which one may end before a strong joint."""
    most: int
    """Words from which one may end before a weak joint, too."""

    def clauses(self, sentence: str, language: str) -> list[str]:
        """The clauses of a sentence, which give it when they are joined by spaces."""
        found: list[list[str]] = [[]]
        for word in sentence.split():
            if self._ends_before(word, found[-1], JOINTS[language]):
                found.append([])
            found[-1].append(word)
            if word[-1] in STOPS and len(found[-1]) >= MIN_WORDS_BEFORE_A_STOP:
                found.append([])
        parts = [clause for clause in found if clause]
        if len(parts) > 1 and len(parts[-1]) < MIN_WORDS_BEFORE_A_STOP:
            *parts, last = parts
            parts[-1] += last
        return [" ".join(clause) for clause in parts]

    def _ends_before(self, word: str, clause: list[str], joints: Joints) -> bool:
        key, length = _key(word), len(clause)
        if key in joints.strong:
            return length >= self.least
        return length >= self.most + MAX_WORDS_OVER or (key in joints.weak and length >= self.most)


def whole(clauses: Sequence[str], translate: Translate) -> str:
    """The whole sentence at its end, as without any of this."""
    return translate(" ".join(clauses))


def each_alone(clauses: Sequence[str], translate: Translate) -> str:
    """Each clause by itself."""
    return " ".join(map(translate, clauses))


def growing(clauses: Sequence[str], translate: Translate, *, held_back: int) -> str:
    """What has come so far is translated anew; what was shown stays, and what follows it there is shown.

    Of every translation but the last the `held_back` last words are not shown.
    """
    shown: list[str] = []
    for count in range(1, len(clauses) + 1):
        new = translate(" ".join(clauses[:count])).split()
        start = _end_of(shown, new)
        end = len(new) if count == len(clauses) else max(start, len(new) - held_back)
        shown += new[start:end]
    return " ".join(shown)


def after_the_one_before(clauses: Sequence[str], translate: Translate) -> str:
    """Each clause together with the one before it, whose part of the translation is cut off."""
    shown = [translate(clauses[0])]
    for before, clause in pairwise(clauses):
        both = translate(f"{before} {clause}").split()
        start = _end_of(translate(before).split(), both)
        shown.append(" ".join(both[start:]) or translate(clause))
    return " ".join(shown)


def _end_of(beginning: Sequence[str], text: Sequence[str]) -> int:
    """Where in a text its continuation starts, after what stands for `beginning` in it.

    That is behind the last word that both have, and behind as many more as `beginning` goes on.
    """
    pairs = matches([_key(word) for word in beginning], [_key(word) for word in text])
    if not pairs:
        return min(len(beginning), len(text))
    ours, theirs = pairs[-1]
    return theirs + 1 + (len(beginning) - ours - 1)


def _key(word: str) -> str:
    return re.sub(r"\W", "", word.lower())


POLICIES: Final[dict[str, Policy]] = {
    "each clause alone": each_alone,
    "growing, nothing held back": partial(growing, held_back=0),
    "growing, two words held back": partial(growing, held_back=2),
    "after the clause before": after_the_one_before,
}
CUTS: Final = (Cut(4, 7), Cut(6, 10))
