"""Two translators in a row, for pairs that neither serves alone: Portuguese to Vietnamese by way of English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.choose import best
from tasks.engines.description import Description, LoadRequest, Offer
from tasks.engines.kinds import Kind

THROUGH: Final = "en"
"""The language that pivots meet in: the one that models are trained from and to."""


class Pivot(Translator):
    """A translator made of two, named so that a person sees both: "bergamot-en-pt+argos-en-vi"."""

    def __init__(self, first: Translator, second: Translator, *, through: str = THROUGH) -> None:
        sources = {source for source, target in first.pairs if target == through}
        targets = {target for source, target in second.pairs if source == through}
        self.pairs = frozenset((source, target) for source in sources for target in targets if source != target)
        if not self.pairs:
            raise EngineError(f"{first.name} and {second.name} do not meet in {through}: they cannot be combined")
        self.name = f"{first.name}+{second.name}"
        self.fingerprint = f"{first.fingerprint} {through} {second.fingerprint}"
        self._first = first
        self._second = second
        self._through = through

    def translate(self, text: str, source: str, target: str) -> str:
        """The translation of the translation; see `Translator.translate`."""
        if (source, target) not in self.pairs:
            raise EngineError(f"{self.name} does not translate {source} into {target}")
        between = self._first.translate(text, source, self._through)
        return self._second.translate(between, self._through, target)

    def warm_up(self) -> None:
        """Nothing: its halves were loaded, and warmed up, before it."""


def pivots(offers: Sequence[Offer], languages: Iterable[str]) -> list[Offer]:
    """Offers made of two, for pairs of `languages` that are not served directly, each half the best there is for it.

    Where only drafts reach a language, what is made with them is a draft, and counts for less than any other.
    """
    pairs = list(permutations(sorted(set(languages) - {THROUGH}), 2))
    solid = [offer for offer in offers if not offer.engine.draft]
    found = _joined(pairs, solid, DESCRIPTION)
    served = {service for offer in [*offers, *found] for service in offer.serves}
    left = [pair for pair in pairs if ">".join(pair) not in served]
    return found + _joined(left, offers, _OF_A_DRAFT)


def _joined(pairs: Iterable[tuple[str, str]], halves: Sequence[Offer], engine: Description) -> list[Offer]:
    """Offers for those of `pairs` that two of `halves` serve, and none of them alone."""
    found: list[Offer] = []
    for source, target in pairs:
        pair = f"{source}>{target}"
        first, second = best(f"{source}>{THROUGH}", halves, {}), best(f"{THROUGH}>{target}", halves, {})
        if first and second and best(pair, halves, {}) is None:
            parts = (first.name, second.name)
            found.append(Offer("+".join(parts), engine, frozenset({pair}), parts=parts, has_model=False))
    return found


def _offers(others: Sequence[Offer]) -> list[Offer]:
    return pivots(others, {language for offer in others for pair in offer.pairs for language in pair})


def _load(request: LoadRequest) -> Pivot:
    first, second = (request.loaded[part] for part in request.offer.parts)
    return Pivot(first, second)


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="pivot", rank=50, combined_offers=_offers, load=_load)
_OF_A_DRAFT: Final = replace(DESCRIPTION, rank=80, draft=True)
"""A pivot with a draft for a half, or two."""
