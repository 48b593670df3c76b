"""Who interprets in a room in the machine's place, and for whom what somebody says is then made: pure state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.media.policy.ladder import Level, Reason, Rung


class Pair(NamedTuple):
    """What an interpreter works from and into."""

    source: str
    target: str

    @classmethod
    def of(cls, label: str) -> Pair:
        """That of "pt>en".

        Raises:
            ValueError: it is none.
        """
        source, target = label.split(">")
        return cls(source, target)

    @property
    def label(self) -> str:
        """What the SFU and the pages call it: "pt>en"."""
        return f"{self.source}>{self.target}"


class Audience(NamedTuple):
    """Whom something that somebody says is for, by language."""

    only: frozenset[str] | None = None
    """Those alone who read or hear these: it says what somebody else says. None: everybody."""
    elsewhere: frozenset[str] = frozenset()
    """Not those who read or hear these: they are given what an interpreter says."""

    def reaches(self, language: str) -> bool:
        """Whether it is for those who read or hear a language."""
        return language not in self.elsewhere and (self.only is None or language in self.only)

    def lasting(self, now: Audience) -> Audience:
        """The same later on: what an interpreter does not say any more is made after all, and nothing is taken back."""
        return Audience(self.only, self.elsewhere & now.elsewhere)


EVERYBODY: Final = Audience()
MISSING: Final[frozenset[Reason]] = frozenset(
    ("no_stt", "stt_off", "no_translation", "no_translator", "translation_off")
)
"""Reasons for which the machine does not translate a pair at all."""


@dataclass
class Interpreting:
    """Who interprets in one room."""

    on: dict[Pair, str] = field(default_factory=dict)
    """Who has said that they interpret, by what."""
    now: set[Pair] = field(default_factory=set)
    """Those of them that the machine leaves to people: not where an interpreter has been silent for long."""
    relays: dict[Pair, Pair] = field(default_factory=dict)
    """What the machine makes from what an interpreter says, and from which: it does not translate the speakers into
    that language."""

    def begin(self, pair: Pair, person: str) -> None:
        """Somebody interprets from now on."""
        self.on[pair] = person
        self.now.add(pair)

    def end(self, pair: Pair) -> str | None:
        """Nobody interprets a pair any more; who did."""
        self.now.discard(pair)
        return self.on.pop(pair, None)

    def pair_of(self, person: str) -> Pair | None:
        """What somebody interprets."""
        return next((pair for pair, one in self.on.items() if one == person), None)

    def audience(self, person: str, language: str) -> Audience:
        """Whom what somebody says in a language is for."""
        if own := self.pair_of(person):
            relayed = {pair.target for pair, via in self.relays.items() if via == own}
            return Audience(only=frozenset({own.target} | relayed))
        people = {pair.target for pair in self.now if pair.source == language}
        relayed = {pair.target for pair, via in self.relays.items() if pair.source == language and via in self.now}
        return Audience(elsewhere=frozenset(people | relayed))

    def relay(self, languages: Iterable[str], rung_of: Callable[[str, str], Rung]) -> None:
        """Finds who is to be given what an interpreter says as the machine translates it.

        Those are the `languages` that the machine does not translate the speakers into, and does translate the
        interpreter into: a translation of a translation loses more than one.
        """
        self.relays = {}
        for via in sorted(self.on, key=lambda pair: (pair not in self.now, pair)):
            for target in set(languages) - set(via):
                pair = Pair(via.source, target)
                missing = pair not in self.on and rung_of(*pair).reason in MISSING
                if missing and rung_of(via.target, target).level >= Level.TRANSLATED_CAPTIONS:
                    self.relays.setdefault(pair, via)
