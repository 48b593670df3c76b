"""Times of day with words in them as digits: of "half past nine" a small model makes nine o'clock."""

from __future__ import annotations

import re
from functools import partial

from tasks.languages import described


def in_clock_times(text: str, language: str) -> str:
    """`text` with "half past nine" and the like as "9:30"; what its language lists no words for stays as it is."""
    drafts = described(language).drafts
    for pattern, minutes in drafts.facts.clock if drafts else ():
        text = re.sub(rf"\b{pattern}\b", partial(_time, language, minutes), text, flags=re.IGNORECASE)
    return text


def _time(language: str, minutes: int, found: re.Match[str]) -> str:
    hour = _hour(found.group(1).lower(), language)
    if hour is None:
        return found.group()
    whole, rest = divmod(60 * hour + minutes, 60)
    return f"{whole or 12}:{rest:02}"


def _hour(word: str, language: str) -> int | None:
    """The hour that a word or digits say, from 1 to 24."""
    names = described(language).written.small
    if word.isdecimal():
        return int(word) if 1 <= int(word) <= 24 else None
    return next((hour for hour in range(1, len(names)) if word == names[hour].partition(" ")[0]), None)
