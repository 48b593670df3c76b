"""What a draft must not turn into something else: currencies, units, times and denials, as one language says them.

Patterns are regular expressions without regard to case, on texts whose spelled-out numbers are digits; "#" in them
stands for a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Fact(NamedTuple):
    """One thing of which texts speak."""

    said: str
    """Pattern of the words that say it for certain."""
    kept: str = ""
    """Pattern of those that may stand for it, where it is said for certain in the other language; empty: as `said`."""


@dataclass(frozen=True)
class Denials:
    """Which words make a statement its opposite."""

    said: str = ""
    """Pattern of the words that deny; empty: denials are not looked for."""
    idle: str = ""
    """Pattern of phrases that have such a word and deny nothing: "not only", "không khí"."""
    kept: str = ""
    """Pattern of further words that may stand for a denial in the other language: "hardly", "refuse"."""


@dataclass(frozen=True)
class DraftFacts:
    """What is looked for in a draft and in what it is a draft of."""

    denials: Denials = field(default_factory=Denials)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Name in English, the same in every language → how it is said."""
    clock: tuple[tuple[str, int], ...] = ()
    """Patterns of times of day with words in them, their group the hour, and minutes from it: "half past (nine)"."""
    counted: str = ""
    """Pattern of what follows a small number in words where that is a count ("hai viên"); empty: it never is."""
