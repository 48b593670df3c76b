"""Marks that say how a text looks, left out of what is spoken: voices say "hashtag", "greater than" and "about about".

HTML and Markdown (https://spec.commonmark.org/), as chat programs and pages send them. Pure functions.
"""

from __future__ import annotations

import re
from typing import Final

_BLOCKS: Final = r"(?:br|p|div|li|ul|ol|tr|td|th|h[1-6])"
_PICTURE: Final = (
    "(?:[\U0001f000-\U0001faff\u2600-\u266c\u2670-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23fa\u3030\u303d]"
    "[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*)"
)
_PICTURES = re.compile(rf"[ \t]{{0,3}}(?:{_PICTURE}[ \t]{{0,3}})+(?P<next>[^\s.,;:!?…)]?)")
_KEYCAP = re.compile("(?<=[0-9#*])\ufe0f?\u20e3")
_SMILEY = re.compile(r"^[:;=]-?[)(\]\[DPp/|](?:\s+|$)|[ \t]{1,3}[:;=]-?[)(\]\[DPp/|](?!\S)")
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
    """`text` without headings' and quotes' marks, emphasis, tags, emoji, and addresses of links that have words."""
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return _without_pictures(text)


def _without_pictures(text: str) -> str:
    """Without emoji and smileys: voices say "face with tears of joy" and "colon", or what their language has not."""

    def gap(match: re.Match[str]) -> str:
        return f" {match['next']}" if match.start() and match["next"] else match["next"]

    text = _PICTURES.sub(gap, _KEYCAP.sub("", text))
    return _SMILEY.sub("", text)
