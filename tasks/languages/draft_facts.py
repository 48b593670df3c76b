"""What a draft must not turn into something else: currencies, units, times and denials, as one language says them.

Patterns are regular expressions without regard to case, on texts whose spelled-out numbers are digits; "#" in them
stands for a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

NOT: Final = "not"
"""Name of a denial in `DraftFacts.pointed`."""


class Fact(NamedTuple):
    """One thing of which texts speak."""

    said: str
    """Pattern of the words that say it for certain."""
    kept: str = ""
    """Pattern of those that may stand for it, where it is said for certain in the other language; empty: as `said`."""
    hint: str = ""
    """The words that a model is told to say it with, where it is said in the other language; empty: it is not told."""


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
    words: Mapping[str, Fact] = field(default_factory=dict)
    """Likewise of what must not be lost, but may come out of other words: "fever", "flight"."""
    pointed: Mapping[str, str] = field(default_factory=dict)
    """Name in `facts` → the words that a model is told to say it with once a reply has lost it; `NOT` for a denial."""
    plainer: tuple[tuple[str, str], ...] = ()
    """Patterns, and what a small model is told in their place: "half an hour" and "30 minutes". Replacements are those
    of `re.sub`."""
    clock: tuple[tuple[str, int], ...] = ()
    """Patterns of times of day with words in them, and minutes from the hour, their first group: "half past (nine)".
    A second group says how many times the minutes are meant."""
    counted: str = ""
    """Pattern of what follows a small number in words where that is a count ("hai viên"); empty: it never is."""
