"""Marks that say how a text looks, left out of what is spoken: voices say "hashtag", "greater than" and "about about".

HTML and Markdown (https://spec.commonmark.org/), as chat programs and pages send them. Pure functions.
"""

from __future__ import annotations

import re
from typing import Final

_BLOCKS: Final = r"(?:br|p|div|li|ul|ol|tr|td|th|h[1-6])"
_RULES: Final = tuple(
    (re.compile(pattern, re.MULTILINE | re.IGNORECASE), words)
    for pattern, words in (
        (r"^[ \t]*(?:```|~~~)[\w+-]*[ \t]*$", ""),
        (r"^[ \t]*(?:>[ \t]*)+(?=[^\W\d_]|[\"'\u201c])", ""),
        (r"^[ \t]*#{1,6}[ \t]+(?=\S)", ""),
        (r"^[ \t]*(?:[-*+][ \t]+)?\[[ x]\][ \t]+", ""),
        (r"!?\[([^\[\]\n]+)\]\([^()\s]+(?:[ \t]+\"[^\"\n]*\")?\)", r"\1"),
        (r"(?<!~)~~(?=\S)([^~\n]+)(?<=\S)~~(?!~)", r"\1"),
        (r"(?<![*\w])(\*{1,3})(?=\S)([^*\n]+)(?<=\S)\1(?![*\w])", r"\2"),
        (r"(?<!\w)(_{1,3})(?=[^\W_])([^\n]*?[^\W_])\1(?!\w)", r"\2"),
        (r"`+([^`\n]+)`+", r"\1"),
        (rf"(?:\s*</?{_BLOCKS}\b[^<>]*>)+\s*", " "),
        (r"</?[a-z][^<>\n]*>|<!--.*?-->", ""),
    )
)


def unmarked(text: str) -> str:
    """`text` without headings' and quotes' marks, emphasis, tags, and the addresses of links that have words."""
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text
