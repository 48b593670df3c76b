"""Captions that grow while a sentence is being spoken: what is shown of it never shrinks."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tasks.wire.messages import Caption

MAX_COUNTED: Final = 1_024
"""Texts whose length is remembered: all readers of a room ask about the same."""


def says_something(caption: Caption) -> bool:
    """Whether there is anything to read: a text, or that another language is spoken."""
    return bool(caption.text.strip() or caption.spoken)


def takes_place(caption: Caption, shown: Caption) -> bool:
    """Whether a caption takes the place of what is shown of the same sentence in the same language.

    A final one does, and an interim one that says as much or more: one that says less was overtaken on its way by a
    longer one. What was shown gives way where another language is found to be spoken, which has no text.
    """
    if caption.final or shown.final:
        return caption.final
    return not caption.text.strip() or _letters(caption.text) >= _letters(shown.text)


@lru_cache(MAX_COUNTED)
def _letters(text: str) -> int:
    """Its letters and digits: punctuation may come and go at the end of what grows."""
    return sum(map(str.isalnum, text))
