"""What hotwords did: which of them a transcript holds, and whether it is made of nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def heard_in(text: str, hotwords: Sequence[str]) -> tuple[str, ...]:
    """The hotwords that `text` holds as whole words, whatever their case and the punctuation between them."""
    words = f" {_key(text)} "
    return tuple(word for word in dict.fromkeys(hotwords) if (key := _key(word)) and f" {key} " in words)


def echoed(text: str, hotwords: Sequence[str]) -> bool:
    """Whether `text` only reads two or more hotwords out: the model repeats its prompt where it hears nothing."""
    rest = f" {_key(text)} "
    found = 0
    for key in sorted({_key(word) for word in hotwords} - {""}, key=len, reverse=True):
        # Twice, because the space between two copies belongs to both.
        without = rest.replace(f" {key} ", "  ").replace(f" {key} ", "  ")
        found += without != rest
        rest = without
    return found >= 2 and not rest.strip()


def _key(text: str) -> str:
    """Letters and digits of `text` in lower case, with one form for every accent."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
