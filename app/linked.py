"""Links in what people typed: the one place where a text becomes more than text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?'\u201d\u2019\u00bb)\]}\u2026]", re.IGNORECASE)
"""As in `tasks.languages.literals`, which keeps addresses as they are in translations: a mark at the end is none."""

_LINK: Final = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')


def linked(text: str, show: Callable[[str], Markup] = escape) -> Markup:
    """`text` with its http and https addresses as links, which open beside the page.

    Args:
        text: as it was typed.
        show: makes safe markup of a piece of it.
    """
    parts: list[Markup] = []
    done = 0
    for match in _ADDRESS.finditer(text):
        end = _end(text, match.start(), match.end())
        address = text[match.start() : end]
        parts += [show(text[done : match.start()]), _LINK.format(address, show(address))]
        done = end
    return Markup("").join([*parts, show(text[done:])])


def _end(text: str, start: int, end: int) -> int:
    """Where an address ends: with the bracket that closes one in it, as in "…/wiki/Turing_(film)"."""
    opened = text.count("(", start, end) - text.count(")", start, end)
    return end + 1 if opened > 0 and text[end : end + 1] == ")" else end
