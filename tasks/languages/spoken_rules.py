"""What one language must know so that its text can be spoken; `rules` turns it into replacements."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

SPELLED_BELOW: Final = 10**15
"""Numbers from here on are said digit by digit: nobody can follow their words."""

_SPACES: Final = "\u00a0\u2009\u202f"
"""Spaces that never end a word: they group digits."""


@dataclass(frozen=True)
class Unit:
    """A unit or a currency: its name after one and after several."""

    singular: str
    plural: str
    feminine: bool = False
    hundredth: tuple[str, str] | None = None
    """Name of a hundredth of a currency after one and after several, where prices are said with it."""


@dataclass(frozen=True)
class Lexicon:
    """What is written short in one language, and its words."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    currencies: Mapping[str, Unit] = field(default_factory=dict)
    scales: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Powers of a thousand as they are written after a number → after one and after several."""
    fractions: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    """Regular expression → words."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """As written, with its period where it has one → words."""


class SpokenRules(ABC):
    """Number words, formats and abbreviations of one language."""

    decimal: str
    """The mark before decimals; the other one of "." and "," groups digits."""
    point: str
    """How the mark is said."""
    period: str
    """How the points of "2.0.1" are said."""
    dot: str = "."
    """How the points of an address are said."""
    slash: str = "/"
    at: str = "@"
    about: str = ""
    """How "~" before a number is said."""
    version: str = "v"
    """How "v" before "2.0.1" is said."""
    feet_inches: tuple[str, str] = ("", "")
    """Between and after the numbers of 5'10"."""
    glued: Mapping[str, str] = MappingProxyType({})
    """What stands right after a number for a power of ten: "k" → "thousand"."""
    half_more: str = ""
    """How a five after that is said, where it is half of it."""
    identifiers: str = r"(?!)"
    """Regular expression of words that announce a number which is said digit by digit."""
    hour: str = r"(?!)"
    """Regular expression of how hours are written, other than with a colon."""
    numbered: str = r"(?!)"
    """Regular expression of words that a Roman number may follow: "Chapter"."""
    lone_roman: bool = True
    """Whether one letter after such a word in lower case is a number too: not in English, "for my part I"."""
    beside: str = r"(?!)"
    """Regular expression of what may stand between a number and the noun that it counts: "2 ou 3 horas"."""
    minus: str
    to: str
    """Between the ends of a range."""
    by: str
    """How the "x" of 1920x1080 is said."""
    times: str
    """How the "x" of 3x is said."""
    ratio: str
    """How the colon of 16:9 is said."""
    powers: tuple[str, str]
    """After what is squared and cubed."""
    over: str
    """Between the parts of a fraction that has no name of its own."""
    conjunction: str
    """Between a whole and its fraction, a price and its hundredths."""
    of: str = ""
    """Between a round million and what is counted."""
    no_of_after: frozenset[str] = frozenset()
    """Scales, as written, that are followed by what is counted all the same."""
    digit_names: tuple[str, ...]
    months: tuple[str, ...]
    lexicon: Lexicon

    @abstractmethod
    def cardinal(self, number: int, *, feminine: bool = False) -> str:
        """`number` (0 ≤ number < `SPELLED_BELOW`) in words."""

    @abstractmethod
    def ordinal(self, number: int, *, feminine: bool = False) -> str:
        """The place `number` (at least 1) in words."""

    @abstractmethod
    def date(self, day: int, month: int, year: int | None) -> str:
        """A valid date in words."""

    @abstractmethod
    def time(self, hour: int, minute: int) -> str:
        """A time of day in words."""

    @abstractmethod
    def own_rules(self, text: str) -> str:
        """`text` with what only this language writes in words; runs after dates and before everything else."""

    def reign(self, name: str, number: int) -> str:
        """The Roman number after a name: "the eighth" of "Henry VIII"."""
        del name
        return self.cardinal(number)

    def year(self, number: int) -> str:
        """A year in words."""
        return self.cardinal(number)

    def is_feminine(self, noun: str, *, singular: bool) -> bool:
        """Whether the number before `noun`, which is `singular` or plural, takes a feminine form."""
        del noun, singular
        return False

    @property
    def group(self) -> str:
        """The mark between groups of three digits."""
        return "." if self.decimal == "," else ","

    @property
    def pattern(self) -> str:
        """Regular expression, without groups, of a number that may have grouped digits and decimals."""
        group = f"[{self.group}{_SPACES}]"
        return rf"(?:\d{{1,3}}(?:{group}\d{{3}})+(?!\d)(?:[{self.decimal}]\d+)?|\d+(?:[.,]\d+)?)"

    def parts(self, text: str) -> tuple[str, str]:
        """The digits before and after the decimal mark of what `pattern` matched."""
        mark = re.escape(self.group)
        if re.fullmatch(rf"\d{{1,3}}(?:[{mark}{_SPACES}]\d{{3}})+(?:[.,]\d+)?", text):
            text = re.sub(f"[{mark}{_SPACES}]", "", text)
        whole, _, fraction = text.replace(",", ".").partition(".")
        return whole, fraction

    def number(self, text: str, *, feminine: bool = False, counted: bool = False) -> str:
        """What `pattern` matched, in words; `counted`: it tells how many, and is no number of something."""
        whole, fraction = self.parts(text)
        words = self._whole(whole, feminine=feminine, counted=counted or whole not in text)
        return f"{words} {self.point} {self.after_point(fraction)}" if fraction else words

    def after_point(self, digits: str) -> str:
        """Decimals in words: short ones as a number, the others one by one."""
        return self.digits(digits) if len(digits) > 2 or digits[0] == "0" else self.cardinal(int(digits))

    def digits(self, text: str) -> str:
        """The digits of `text` one by one."""
        return " ".join(self.digit_names[int(digit)] for digit in text if digit.isdigit())

    def _whole(self, digits: str, *, feminine: bool, counted: bool) -> str:
        number_plate = len(digits) >= 8 and not counted and not digits.endswith("000")
        if (len(digits) > 1 and digits[0] == "0") or number_plate or int(digits[:20]) >= SPELLED_BELOW:
            return self.digits(digits)
        return self.cardinal(int(digits), feminine=feminine)


def whole_year(digits: str) -> int:
    """A year of four digits, or of the two that people write of one near to now."""
    short = int(digits)
    return short if len(digits) > 2 else short + (2000 if short < 70 else 1900)


def words(text: str) -> tuple[str, ...]:
    """The words of `text`, for tables that would be hard to read as tuples."""
    return tuple(text.split())


def threes(number: int) -> list[tuple[int, int]]:
    """The non-zero groups of three digits of `number` as (power of a thousand, value), highest first."""
    groups = []
    power = 0
    while number:
        number, value = divmod(number, 1000)
        if value:
            groups.append((power, value))
        power += 1
    return groups[::-1]
