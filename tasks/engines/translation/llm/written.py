"""How a language writes a number in digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_LARGE: Final = {
    "en": ((Decimal(10**9), "billion"), (Decimal(10**6), "million")),
    "pt": ((Decimal(10**9), "bilhões"), (Decimal(10**6), "milhões")),
    "vi": ((Decimal(10**9), "tỷ"), (Decimal(10**6), "triệu")),
}


def written(value: Decimal, language: str) -> str:
    """`value` in digits: "1984", from ten thousand on in groups ("12,000"), round millions as "2.5 million"."""
    for scale, word in _LARGE[language]:
        if value >= scale and value % (scale / 10) == 0:
            one = value == scale and language == "pt"
            return f"{_plain(value / scale, language)} {word.replace('ões', 'ão') if one else word}"
    return _plain(value, language)


def _plain(value: Decimal, language: str) -> str:
    text = f"{value.normalize():,f}" if value >= 10_000 else f"{value.normalize():f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))
