"""An engine whose translations are drafts: English and Vietnamese, word by word, by the models of `argos_package`."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import Translator
from tasks.engines.description import Description, Offer
from tasks.engines.kinds import Kind
from tests.support.translators import argos

_PAIRS: Final = frozenset({("en", "vi"), ("vi", "en")})


class Drafter(Translator):
    """Either direction."""

    name = "drafter"
    pairs = _PAIRS

    def translate(self, text: str, source: str, target: str) -> str:
        """The draft of `text`."""
        return argos(source, target).translate(text, source, target)


def _offers() -> list[Offer]:
    return [Offer("drafter", DESCRIPTION, frozenset(map(">".join, _PAIRS)), has_model=False)]


DESCRIPTION: Final = Description(
    kind=Kind.TRANSLATION, format="drafter", rank=75, draft=True, own_offers=_offers, load=lambda _request: Drafter()
)
