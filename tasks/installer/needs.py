"""Which pairs of languages lack a translator on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from tasks import offers, operator_choices
from tasks.engines.kinds import Kind
from tasks.models import recommended


@dataclass(frozen=True)
class Needs:
    """Pairs, as "en>vi", that something could be installed for."""

    missing: frozenset[str]
    """Nothing translates them."""
    drafted: frozenset[str]
    """Only a draft does."""

    @property
    def languages(self) -> list[str]:
        """The languages of what is missing, but for English, which all others are paired with."""
        return sorted({language for pair in self.missing for language in pair.split(">")} - {"en"})


def look() -> Needs:
    """What is missing now.

    Raises:
        ModelError: what is installed cannot be read.
        EngineError: a setting names a service that cannot be used.
    """
    off = operator_choices.current().switched_off(Kind.TRANSLATION.wire)
    wanted = recommended.pairs() - off
    listed = offers.listed(Kind.TRANSLATION)
    served = {pair for offer in listed for pair in offer.serves}
    solid = {pair for offer in listed if not offer.engine.draft for pair in offer.serves}
    return Needs(missing=frozenset(wanted - served), drafted=frozenset(wanted & served - solid))
