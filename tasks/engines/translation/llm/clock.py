"""What a small model gets wrong, said so that it does not: of "half past nine" it makes nine o'clock."""

from __future__ import annotations

import re
from functools import partial

from tasks.engines.translation.llm.facts import counted
from tasks.languages import described


def in_clock_times(text: str, language: str) -> str:
    """`text` with "half past nine" and the like as "9:30"; what its language lists no words for stays as it is."""
    drafts = described(language).drafts
    for pattern, minutes in drafts.facts.clock if drafts else ():
        text = re.sub(rf"\b{pattern}\b", partial(_time, language, minutes), text, flags=re.IGNORECASE)
    return text


def plainer(text: str, language: str) -> str:
    """`text` with words in the place of others that a small model knows less well: "30 minutes" for half an hour."""
    for value, words in counted(language):
        text = re.sub(words, str(value), text, flags=re.IGNORECASE)
    drafts = described(language).drafts
    for pattern, words in drafts.facts.plainer if drafts else ():
        text = re.sub(pattern, words, text, flags=re.IGNORECASE)
    return text


def _time(language: str, minutes: int, found: re.Match[str]) -> str:
    hour = _number(found.group(1).lower(), language)
    if hour is None or not 1 <= hour <= 24:
        return found.group()
    times = _number(found.group(2).lower(), language) if found.re.groups > 1 else 1
    whole, rest = divmod(60 * hour + minutes * (times or 0), 60)
    return f"{whole or 12}:{rest:02}"


def _number(word: str, language: str) -> int | None:
    """The number that a word or digits say; as a word from 1 to 12."""
    names = described(language).written.small
    if word.isdecimal():
        return int(word)
    return next((number for number in range(1, len(names)) if word == names[number].partition(" ")[0]), None)
