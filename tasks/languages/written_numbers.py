"""How one language writes numbers, and which of its words stand for numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

GROUPED_FROM: Final = 10_000
"""Numbers from here on have their digits in groups."""

Reader = Callable[[str, Callable[[Decimal], str]], str]
"""(text, how a value is written) → the text with its spelled-out numbers as digits."""


@dataclass(frozen=True)
class Text2Num:
    """How text2num reads the spelled-out numbers of a language that it knows."""

    code: str
    """What text2num calls the language."""
    point: str
    """The word for the decimal mark."""
    article: str = ""
    """The word before a scale that is part of the number: "a hundred"."""
    ordinals: bool = False
    """Whether "twenty-first" is a number; not where weekdays are called so."""
    vague: frozenset[str] = frozenset()
    """Words like "dozens", which are left as they are."""
    no_numbers: frozenset[tuple[str, str]] = frozenset()
    """Pairs of words of which the second looks like a number and is none."""


@dataclass(frozen=True)
class WrittenNumbers:
    """Numbers of one language in writing."""

    decimal: str = ""
    """The mark before decimals, "." or ","; the other one groups digits. Empty where it is not known."""
    large: tuple[tuple[Decimal, str, str], ...] = ()
    """Scales that round numbers are written with, highest first: value, its name after one and after several."""
    scales: Mapping[str, int] = field(default_factory=dict)
    """Word after digits → the power of ten that it stands for."""
    no_scale_before: frozenset[str] = frozenset()
    """Words that make another word of the scale before them: "3 triệu chứng" are three symptoms."""
    values: Mapping[str, Decimal] = field(default_factory=dict)
    """Words that may stand for a number of another language: "a", "first", "twice", "January", see `values_of`."""
    small: tuple[str, ...] = ()
    """For 0, 1, 2 … 12 each the words that say it; months and, where they are counted, weekdays among them."""
    hours: tuple[str, ...] = ()
    """Words after a time of day."""
    parts_of_an_hour: Mapping[str, int] = field(default_factory=dict)
    """Word → minutes."""
    reader: Text2Num | Reader | None = None
    """What makes digits of spelled-out numbers; None: they stay words."""
    parts: frozenset[str] = frozenset()
    """Words that `reader` may join with the next to one number: until it is known, what they are written as is open."""

    def digits(self, value: Decimal) -> str:
        """`value` in digits: "1984", from ten thousand on in groups ("12,000"), round millions as "2.5 million"."""
        for scale, singular, plural in self.large:
            if value >= scale and value % (scale / 10) == 0:
                return f"{self._plain(value / scale)} {singular if value == scale else plural}"
        return self._plain(value)

    def _plain(self, value: Decimal) -> str:
        text = f"{value.normalize():,f}" if value >= GROUPED_FROM else f"{value.normalize():f}"
        return text.translate(str.maketrans(",.", ".,")) if self.decimal == "," else text


def values_of(text: str) -> dict[str, Decimal]:
    """The `values` that `text` lists: "zero one|an two thirty=30" counts from 0, but for words with their value."""
    table: dict[str, Decimal] = {}
    for place, entry in enumerate(text.split()):
        word, _, value = entry.partition("=")
        table.update(dict.fromkeys(word.split("|"), Decimal(value or place)))
    return table
