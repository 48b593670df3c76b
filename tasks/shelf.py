"""The loaded engines of one kind, and which of them serves what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tasks.engines import choose
from tasks.engines.base import Engine
from tasks.engines.description import Offer

E = TypeVar("E", bound=Engine)


@dataclass
class Shelf(Generic[E]):
    """What a process has of one kind of engine. Chooses by `tasks.engines.choose`."""

    loaded: dict[str, E] = field(default_factory=dict)
    """By name of the offer."""
    offers: list[Offer] = field(default_factory=list)
    """Of the engines that are loaded."""
    preferred: dict[str, str] = field(default_factory=dict)
    """Language or pair → name of the engine that the operator or an administrator wants there."""

    def services(self) -> list[str]:
        """Languages, or pairs like "en>pt", that are served here."""
        return choose.services(self.offers)

    def ranked(self, wanted: str, *, late: bool = False) -> list[E]:
        """The engines that serve `wanted` and are worth asking now, the best first; the quick ones if `late`."""
        usable = [offer for offer in self.offers if self.loaded[offer.name].usable()]
        return [self.loaded[offer.name] for offer in choose.ranked(wanted, usable, self.preferred, late=late)]
