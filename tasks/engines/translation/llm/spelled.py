"""Spelled-out numbers into digits, which language models keep where they get words wrong.

By text2num or by a function of the language (`WrittenNumbers.reader`). A small number on its own ("one of them",
"hai người") stays a word: it is often no number, and models know it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from text_to_num import find_numbers

from tasks.languages import described
from tasks.languages.written_numbers import Text2Num, WrittenNumbers

_TOKEN = re.compile(r"\w+(?:[.,]\d+)*|\s+|[^\w\s]")


@dataclass(frozen=True)
class _Token:
    """A word, gap or mark as text2num wants it."""

    word: str
    excluded: bool

    def text(self) -> str:
        return self.word

    def nt_separated(self, previous: object) -> bool:  # noqa: ARG002 - the library's signature
        return False

    def not_a_number_part(self) -> bool:
        return self.excluded


@dataclass(frozen=True)
class _Found:
    """A number in words, as a stretch of tokens."""

    start: int
    end: int
    digits: str
    value: Decimal
    lone: bool
    """Whether it is a single word."""


def in_digits(text: str, language: str) -> str:
    """`text` with its spelled-out numbers as digits, written as `language` writes them ("1,250", "2 million").

    A language without rules here is left as it is.
    """
    written = described(language).written
    if written.reader is None:
        return text
    text = unicodedata.normalize("NFC", text)
    if isinstance(written.reader, Text2Num):
        return _by_text2num(text, written, written.reader)
    return written.reader(text, written.digits)


def _by_text2num(text: str, written: WrittenNumbers, rules: Text2Num) -> str:
    words = _TOKEN.findall(text)
    pieces: list[str] = []
    at = 0
    for found in _joined(_found(words, written, rules), words):
        start = found.start
        if start >= 2 and words[start - 2].lower() == rules.article and words[start].lower() in written.scales:
            start -= 2  # "a hundred"
        pieces += [*words[at:start], found.digits]
        at = found.end
    return "".join([*pieces, *words[at:]])


def _found(words: list[str], written: WrittenNumbers, rules: Text2Num) -> list[_Found]:
    tokens = [_Token(word, left) for word, left in zip(words, _left_alone(words, written, rules), strict=True)]
    found: list[_Found] = []
    for number in find_numbers(tokens, rules.code):
        lone = number.end - number.start == 1
        if number.is_ordinal and (lone or not rules.ordinals):
            continue  # "a fifth", "na quinta" (on Thursday)
        value = Decimal(int(number.value)) if number.value.is_integer() else Decimal(str(number.value))
        plain = not number.is_ordinal and "+" not in number.text
        digits = written.digits(value) if plain else number.text
        found.append(_Found(number.start, number.end, digits, value, lone))
    return found


def _left_alone(words: list[str], written: WrittenNumbers, rules: Text2Num) -> list[bool]:
    """Which words text2num must not touch: it would see two numbers in "3 million" and in "10 por cento"."""
    left = [False] * len(words)
    after_decimal = False
    previous = ""
    for at, word in enumerate(words):
        lower = word.lower()
        if word.isspace():
            continue
        after_decimal = lower == rules.point or (after_decimal and word.isalpha())
        if lower in written.scales:
            left[at] = after_decimal or previous[:1].isdigit()
            after_decimal = False
        elif lower in rules.vague or (previous, lower) in rules.no_numbers:
            left[at] = True
        previous = lower
    return left


def _joined(found: list[_Found], words: list[str]) -> list[_Found]:
    """What to replace: years ("nineteen eighty-four") and telephone numbers as one, lone small ones not at all."""
    rows: list[list[_Found]] = []
    for number in found:
        follows = bool(rows) and words[rows[-1][-1].end : number.start] == [" "]
        if follows:
            rows[-1].append(number)
        else:
            rows.append([number])
    return [number for row in rows for number in _join(row)]


def _join(row: list[_Found]) -> list[_Found]:
    values = [number.value for number in row]
    small = all(number.lone and number.value < 10 for number in row)
    year = len(row) == 2 and 11 <= values[0] <= 20 and 10 <= values[1] <= 99
    if small and len(row) < 3:
        return []
    if not (small or year):
        return row
    text = "".join(str(value) for value in values)
    return [_Found(row[0].start, row[-1].end, text, Decimal(text), lone=False)]
