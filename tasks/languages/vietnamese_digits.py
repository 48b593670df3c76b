"""Vietnamese spelled-out numbers into digits: "hai nghìn không trăm hai mươi tư" → "2024".

Written for this project: the one library found that does it is GPL-3.0. Only what can be nothing but a number is
converted. "năm" alone is five or year, "ba" three or father, "không" zero or not, so single units stay words, and
"năm" counts as five only before "trăm", "mươi" and their like ("mười năm" is ten years, "mười lăm" fifteen).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_WORD = re.compile(r"\w+")
_UNITS: Final = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_DIGITS: Final = {"không": 0, **_UNITS}
_AFTER_TEN: Final = {**{word: value for word, value in _UNITS.items() if word != "năm"}, "lăm": 5, "nhăm": 5}
_AFTER_TENS: Final = {**_AFTER_TEN, "mốt": 1, "tư": 4}
_AFTER_HUNDRED: Final = {**_UNITS, "tư": 4}
_SCALES: Final = {"tỷ": 10**9, "tỉ": 10**9, "triệu": 10**6, "nghìn": 1000, "ngàn": 1000}
_MONTHS: Final = {**_UNITS, "tư": 4, "giêng": 1}
_MAX_WORDS: Final = 24
"""Words that one number has at most."""

_NUMBER_WORDS: Final = frozenset({*_DIGITS, *_AFTER_TENS, *_SCALES, "mười", "mươi", "trăm", "phẩy"})

NUMBER_PARTS: Final = _NUMBER_WORDS | {"linh", "lẻ", "rưỡi", "giêng"}
"""Every word that can be within a number, or a month."""

_MIN_DIGITS_IN_A_ROW: Final = 4
"""Digits read out one by one that make a telephone or room number; "hai ba" is two or three, "năm sáu" five or six."""


@dataclass(frozen=True)
class _Part:
    """A number and how many words it took; `value` None: words that look like a number and are left alone."""

    value: int | None
    words: int


def vietnamese_digits(text: str, write: Callable[[Decimal], str]) -> str:
    """`text` with its spelled-out numbers as digits, their values as `write` writes them."""
    words = list(_WORD.finditer(text))
    lower = [word.group().lower() for word in words]
    pieces: list[str] = []
    at = copied = 0
    while at < len(words):
        run = _run(words, at, text)
        month = _month(lower, at) if run < 2 or lower[at + 1] not in _NUMBER_WORDS else None
        digits, used = (str(month), 1) if month else _read(lower[at : at + run], write)
        if digits:
            pieces += [text[copied : words[at].start()], digits]
            copied = words[at + used - 1].end()
        at += used
    return "".join([*pieces, text[copied:]])


def _month(words: list[str], at: int) -> int | None:
    """The number of the month that the word at `at` names: "tháng tư"; "năm" only in "mười tháng năm", a date."""
    if at == 0 or words[at - 1] != "tháng":
        return None
    date = at >= 2 and (words[at - 2].isdigit() or words[at - 2] in _NUMBER_WORDS)
    return None if words[at] == "năm" and not date else _MONTHS.get(words[at])


def _run(words: list[re.Match[str]], at: int, text: str) -> int:
    """How many words from `at` on have nothing but space between them, `_MAX_WORDS` at most."""
    end = at + 1
    while end < min(len(words), at + _MAX_WORDS) and text[words[end - 1].end() : words[end].start()].isspace():
        end += 1
    return end - at


def _read(words: list[str], write: Callable[[Decimal], str]) -> tuple[str, int]:
    """The number that `words` begin with, in digits, and how many words to go on by; no digits when there is none."""
    row = 0
    while row < len(words) and words[row] in _DIGITS:
        row += 1
    ends = row == len(words) or words[row] not in (*_SCALES, "trăm", "mươi", "phẩy")
    if row >= _MIN_DIGITS_IN_A_ROW and ends:
        return "".join(str(_DIGITS[word]) for word in words[:row]), row
    number = _number(words)
    if number.value is None:
        return "", max(1, number.words)
    decimals = _decimals(words[number.words :])
    if decimals:
        return write(Decimal(f"{number.value}.{decimals}")), number.words + 1 + len(decimals)
    return write(Decimal(number.value)), number.words


def _decimals(words: list[str]) -> str:
    """The digits of "phẩy năm", none when there is no decimal point."""
    if words[:1] != ["phẩy"]:
        return ""
    end = 1
    while end < len(words) and words[end] in _DIGITS:
        end += 1
    return "".join(str(_DIGITS[word]) for word in words[1:end])


def _number(words: list[str]) -> _Part:
    """A whole number, most significant part first."""
    total, used, scale = 0, 0, 10**12
    while True:
        part = _below_thousand(words[used:], after_scale=used > 0)
        after = used + part.words
        word = words[after] if part.words and after < len(words) else ""
        if part.value is not None and _SCALES.get(word, scale) < scale:
            scale = _SCALES[word]
            total += part.value * scale
            used = after + 1
            if words[used : used + 1] == ["rưỡi"]:
                return _Part(total + scale // 2, used + 1)
            continue
        if part.words == 0:
            return _Part(total if used else None, used)
        return _closing(words, used, total, part)


def _closing(words: list[str], used: int, total: int, part: _Part) -> _Part:
    """The number with its last part, which has no scale after it."""
    after = used + part.words
    if part.value is None:
        return _Part(None, after)
    single = part.words == 1 and words[used] in _UNITS
    if single and used and words[used] == "năm":
        return _Part(total, used)  # "hai nghìn năm": two thousand years
    if single and words[after : after + 1] != ["phẩy"]:
        return _Part(None, after)  # a unit on its own, or "hai triệu ba", which is 2.3 million to some
    return _Part(total + part.value, after)


def _below_thousand(words: list[str], *, after_scale: bool) -> _Part:
    if words[1:2] == ["trăm"] and (words[0] in _UNITS or (words[0] == "không" and after_scale)):
        return _after_hundred(words, _DIGITS[words[0]] * 100)
    if after_scale and words[:1] in (["linh"], ["lẻ"]) and words[1:2] and words[1] in _AFTER_HUNDRED:
        return _Part(_AFTER_HUNDRED[words[1]], 2)
    return _below_hundred(words)


def _after_hundred(words: list[str], hundreds: int) -> _Part:
    following = words[2:3]
    if following == ["rưỡi"]:
        return _Part(hundreds + 50, 3)
    if following in (["linh"], ["lẻ"]) and words[3:4] and words[3] in _AFTER_HUNDRED:
        return _Part(hundreds + _AFTER_HUNDRED[words[3]], 4)
    rest = _below_hundred(words[2:])
    if rest.words == 0 or (rest.words == 1 and following == ["năm"]):
        return _Part(hundreds, 2)
    if rest.words == 1 and following != ["mười"]:
        return _Part(None, 3)  # "hai trăm ba": 230 to most
    return _Part(hundreds + (rest.value or 0), 2 + rest.words)


def _below_hundred(words: list[str]) -> _Part:
    first, second, third = [*words[:3], "", "", ""][:3]
    if first == "mười":
        return _Part(10 + _AFTER_TEN[second], 2) if second in _AFTER_TEN else _Part(10, 1)
    if first in _UNITS and second == "mươi":
        tens = _UNITS[first] * 10
        return _Part(tens + _AFTER_TENS[third], 3) if third in _AFTER_TENS else _Part(tens, 2)
    if first in _UNITS and second in ("lăm", "nhăm", "mốt"):
        return _Part(_UNITS[first] * 10 + _AFTER_TENS[second], 2)
    return _Part(_UNITS[first], 1) if first in _UNITS else _Part(None, 0)
