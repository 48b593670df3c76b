"""Whole numbers in words, so that "7" and "bảy", "266" and "duzentos e sessenta e seis" compare as equal.

Whisper writes digits or words as it likes (in Vietnamese even "1" for the article "một"), references do likewise.
English needs none of this: Whisper's own normaliser turns its number words into digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_NUMBER = re.compile(r"\b\d{1,9}\b")

_PT: Final = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
]
_PT_TENS: Final = [".", ".", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"]
_PT_HUNDREDS: Final = [
    ".",
    "cento",
    "duzentos",
    "trezentos",
    "quatrocentos",
    "quinhentos",
    "seiscentos",
    "setecentos",
    "oitocentos",
    "novecentos",
]
_VI: Final = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def _pt_small(n: int) -> str:
    """Up to 999."""
    if n == 100:
        return "cem"
    parts = [_PT_HUNDREDS[n // 100]] if n >= 100 else []
    rest = n % 100
    if rest >= 20:
        parts.append(_PT_TENS[rest // 10])
        rest %= 10
    if rest or not parts:
        parts.append(_PT[rest])
    return " e ".join(parts)


def _pt(n: int) -> str:
    parts = []
    for size, one, many in ((10**6, "milhão", "milhões"), (1000, "mil", "mil")):
        count, n = divmod(n, size)
        if count:
            parts.append(one if (size, count) == (1000, 1) else f"{_pt_small(count)} {one if count == 1 else many}")
    if n and parts and (n < 100 or n % 100 == 0):
        parts.append("e")
    return " ".join([*parts, _pt_small(n)] if n or not parts else parts)


def _vi_small(n: int, *, whole: bool) -> str:
    """Up to 999; `whole` where no larger unit precedes it, whose absence of hundreds would have to be said."""
    hundreds, tens, ones = n // 100, n // 10 % 10, n % 10
    parts = [_VI[hundreds], "trăm"] if hundreds or not whole else []
    if tens == 0 and ones and parts:
        parts.append("linh")
    elif tens:
        parts += ["mười"] if tens == 1 else [_VI[tens], "mươi"]
    if ones:
        parts.append("mốt" if ones == 1 and tens > 1 else "lăm" if ones == 5 and tens else _VI[ones])
    return " ".join(parts) or _VI[0]


def _vi(n: int) -> str:
    parts: list[str] = []
    for size, unit in ((10**6, "triệu"), (1000, "nghìn")):
        count, n = divmod(n, size)
        if count:
            parts.append(f"{_vi_small(count, whole=not parts)} {unit}")
    return " ".join([*parts, _vi_small(n, whole=not parts)] if n or not parts else parts)


_SPELL: Final[dict[str, Callable[[int], str]]] = {"pt": _pt, "vi": _vi}


def spelled(text: str, language: str) -> str:
    """`text` with its whole numbers in words, where we know how `language` says them."""
    spell = _SPELL.get(language)
    return _NUMBER.sub(lambda found: spell(int(found[0])), text) if spell else text
