"""Which words are of numbers, in digits or not."""

from __future__ import annotations

from functools import cache

from tasks.languages import described
from tasks.languages.text import key


def is_number(word: str, language: str) -> bool:
    """Whether a word, in small letters and without marks, is a number or a part of one."""
    return any(letter.isdigit() for letter in word) or word in _number_words(language)


@cache
def _number_words(language: str) -> frozenset[str]:
    written = described(language).written
    return frozenset(key(word) for word in (*written.values, *written.scales, *written.parts))
