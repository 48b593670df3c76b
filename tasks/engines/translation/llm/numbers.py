"""Whether the numbers of a text are in its translation, however each language writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tasks.engines.translation.llm.facts import counts, measured
from tasks.engines.translation.llm.spelled import in_digits
from tasks.languages import LANGUAGES, described
from tasks.languages.patterns import any_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")

_WRITTEN: Final = [known.written for known in LANGUAGES.values()]
_SCALES: Final = {word: 10**power for written in _WRITTEN for word, power in written.scales.items()}
_PARTS_OF_AN_HOUR: Final = {word: minutes for written in _WRITTEN for word, minutes in written.parts_of_an_hour.items()}
_HOUR_AFTER = re.compile(
    rf":\d\d|\s?{any_of({word for written in _WRITTEN for word in written.hours})}\b", re.IGNORECASE
)
_SCALE_AFTER = re.compile(
    rf"\s?([^\W\d]+)(?!\s{any_of({word for written in _WRITTEN for word in written.no_scale_before})}\b)"
)
_INVENTED_FROM: Final = 100
"""Numbers below may come from words ("Monday", "half past", "a dozen")."""

_LONG: Final = 7
"""Digits that are not alike by chance."""


@dataclass(frozen=True)
class Number:
    """A number as it is written, and every value that it may have."""

    digits: str
    values: frozenset[Decimal]


def lost_numbers(source: str, output: str, languages: tuple[str, str]) -> list[str]:
    """The numbers of `source`, as written there, that `output` does not have.

    Args:
        source: a text whose spelled-out numbers are digits already (`in_digits`), but for small ones that count.
        output: its translation.
        languages: of `source` and of `output`.
    """
    wanted = _numbers(source, described(languages[0]).written.decimal or ".")
    wanted += [Number(str(value), frozenset({Decimal(value)})) for value in counts(source, languages[0])]
    found = _numbers(in_digits(output, languages[1]), None)
    row = "".join(number.digits for number in wanted)
    if len(row) >= _LONG and row == "".join(number.digits for number in found):
        return []  # dates and telephone numbers may be cut differently
    left = [number.values for number in found] + _named(output, languages[1])
    lost: list[str] = []
    for number in wanted:
        match = next((values for values in left if values & number.values), None)
        if match is not None:
            left.remove(match)
        elif number.digits.strip("0"):  # "15:00" may become "15 giờ"
            lost.append(number.digits)
    return lost


def invented_numbers(source: str, output: str, languages: tuple[str, str]) -> list[str]:
    """The numbers from a hundred on that `output` has and `source` does not; for the arguments see `lost_numbers`."""
    known = {value for number in _numbers(source, None) for value in number.values}
    joined = "".join(number.digits for number in _numbers(source, None))
    return [
        number.digits
        for number in _numbers(in_digits(output, languages[1]), None)
        if min(number.values) >= _INVENTED_FROM and not number.values & known and number.digits not in joined
    ]


def exchanged_numbers(source: str, output: str, languages: tuple[str, str]) -> str:
    """What has one number in `source` and another in `output`: "3 times" became "2 times"; empty where nothing has.

    For the arguments see `lost_numbers`.
    """
    said, there = (measured(text, language) for text, language in zip((source, output), languages, strict=True))
    for name in said.keys() & there.keys():
        before, after = (_numbers(" ".join(texts), None) for texts in (said[name], there[name]))
        few, many = sorted((before, after), key=len)
        if not all(any(one.values & other.values for other in many) for one in few):
            return name
    return ""


def _numbers(text: str, point: str | None) -> list[Number]:
    """Every number of `text`; without a decimal `point` both readings of "1.200" count. Hours count by either clock."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        word = _SCALE_AFTER.match(text, match.end())
        scale = _SCALES.get(word.group(1).lower(), 1) if word else 1
        values = {value * scale for mark in (point or ".,") for value in _read(match.group(), mark)}
        if _HOUR_AFTER.match(text, match.end()):
            values |= {value + 12 for value in values if 1 <= value <= 11}
            values |= {value - 12 for value in values if 13 <= value <= 23}
        digits = re.sub(r"\D", "", match.group())
        found.append(Number(digits, frozenset(values or {Decimal(digits)})))
    return found


def _read(written: str, point: str) -> list[Decimal]:
    """The value of `written` where `point` is the decimal mark; none where it cannot be read that way."""
    group = _GROUPED.fullmatch(written)
    if group and (group.group(1) != point or written.count(point) > 1):
        return [Decimal(re.sub(r"\D", "", written))]
    marks = re.findall(r"[.,]", written)
    if not marks:
        return [Decimal(written)]
    if len(marks) == 1:
        return [Decimal(written.replace(",", "."))]
    whole, _, decimals = written.rpartition(marks[-1])
    return [Decimal(f"{re.sub(r'[.,]', '', whole)}.{decimals}")] if marks[-1] != marks[0] else []


def _named(text: str, language: str) -> list[frozenset[Decimal]]:
    """The values of the words of `text` that name small numbers."""
    names = described(language).written.small
    by_word = {word: value for value, words in enumerate(names) for word in words.split()} | _PARTS_OF_AN_HOUR
    words = re.findall(r"\w+(?:-\w+)?", text.lower())
    parts = [part for word in words for part in {word, *word.split("-")}]
    return [frozenset({Decimal(by_word[part])}) for part in parts if part in by_word]
