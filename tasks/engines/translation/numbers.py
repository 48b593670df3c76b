"""Whether the numbers of a text are still there in its translation. Pure functions.

A number counts as kept when the translation has the same value in any usual writing: other grouping and decimal marks,
a small number as a word, thousands and millions as digits or as words, a century in Roman numerals, 3 pm as 15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tasks.languages import LANGUAGES, described

_NUMBER = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\w.,]?\d)"
    r"|(?<!:)(?<!\d)(?<!m)\d+(?:[.,]\d+)*|(?<=:)(?!00)\d+"  # not the 00 of 11:00, nor the 2 of km2
)
_TIME = re.compile(r"([01]?\d|2[0-4])[.,]([0-5]\d)")
_ROMAN = re.compile(r"\b[IVX]+\b")
_WORD = re.compile(r"[^\W\d_]+")
_AFTERNOON = re.compile(r"\b[pP]\.?\s?[mM]\b|\d\s?[pP][mM]\b")

_COMMA: Final = {code for code, known in LANGUAGES.items() if known.written.decimal == ","}
COMMA_DECIMAL: Final = frozenset({*_COMMA, "es", "fr", "de", "it", "nl"})
"""Languages that write 1.234,5 where English writes 1,234.5."""


def numbers(text: str) -> list[str]:
    """The numbers of `text` that are written in digits, as written, in order."""
    return [match.group() for match in _NUMBER.finditer(text)]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the `numbers` of `text` are."""
    return (match.span() for match in _NUMBER.finditer(text))


def lost(text: str, translated: str, source: str, target: str) -> list[str]:
    """Those numbers in the digits of `text` that `translated` has in no writing."""
    found = _values(translated, target) | _spelt(translated, target) | _times(translated)
    missing = [number for number in numbers(text) if not (_acceptable(number, text, source, translated) & found)]
    return [number for number in missing if not (_times(number) and _times(number) <= found)]


def localised(number: str, source: str, target: str) -> str:
    """`number` with the decimal and grouping marks of `target`, as far as they are unmistakable."""
    if (source in COMMA_DECIMAL) == (target in COMMA_DECIMAL) or not re.search("[.,]", number):
        return number
    group, decimal = (".", ",") if source in COMMA_DECIMAL else (",", ".")
    shape = rf"\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(decimal)}\d+)?|\d+{re.escape(decimal)}\d+"
    return number.translate(str.maketrans(".,", ",.")) if re.fullmatch(shape, number) else number


def _readings(number: str) -> set[Decimal]:
    """Every value that a person might read `number` as: 1.000 is a thousand to some and one to others."""
    digits = re.sub(r"\s", "", number)
    marks = re.sub(r"\d", "", digits)
    if not marks:
        return {Decimal(digits)}
    groups = re.split("[.,]", digits)
    whole = Decimal("".join(groups))
    fraction = whole.scaleb(-len(groups[-1]))
    grouped = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if len(marks) == 1:
        return {whole, fraction} if grouped else {fraction}
    return {whole} if len(set(marks)) == 1 else {fraction}  # a date, 24.04.2021, is taken as one long number


def _values(text: str, language: str) -> set[Decimal]:
    """The values in digits, each also multiplied by the scale words around ("5.2 million")."""
    plain = {value for number in numbers(text) for value in _readings(number)}
    words = set(_WORD.findall(text.lower()))
    powers = [power for word, power in described(language).written.scales.items() if word in words]
    return plain | {value.scaleb(power) for value in plain for power in powers}


def _times(text: str) -> set[Decimal]:
    """Hours and minutes of what may be a time: 4.40 in English is 4h40 in Portuguese."""
    times = (_TIME.fullmatch(number) for number in numbers(text))
    return {Decimal(part) for time in times if time for part in time.groups()}


def _spelt(text: str, language: str) -> set[Decimal]:
    """The values of number words and of Roman numerals."""
    known = described(language).written.values
    words = _WORD.findall(text.lower())
    found = {known[word] for word in words if word in known}
    tens = [known[word] for word in words if word in known and known[word] >= 20]
    found |= {Decimal(ten + unit) for ten in tens for unit in range(1, 10) if Decimal(unit) in found}
    return found | {Decimal(_roman(match.group())) for match in _ROMAN.finditer(text)}


def _acceptable(number: str, text: str, source: str, translated: str) -> set[Decimal]:
    """The values that will do for `number`."""
    plain = _readings(number)
    words = set(_WORD.findall(text.lower()))
    powers = [power for word, power in described(source).written.scales.items() if word in words]
    values = plain | {value.scaleb(power) for value in plain for power in powers}
    if _AFTERNOON.search(text):
        values |= {value + 12 for value in plain if value < 12}
    if _AFTERNOON.search(translated):
        values |= {value - 12 for value in plain if 12 < value < 24}
    if re.search(rf"\b{re.escape(number)}['\u2019]?s\b", text):  # the 1990s are "os anos 90"
        values |= {value % 100 for value in plain}
    return values


def _roman(numeral: str) -> int:
    worth = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    return sum(-value if value < max(worth[at:]) else value for at, value in enumerate(worth))
