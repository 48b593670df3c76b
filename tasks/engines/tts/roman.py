"""Roman numbers in words: of chapters and centuries, and of kings, which are ordinals where people say them so.

What consists of such letters is mostly no number ("I", "VI" for Vietnamese, "MIX"), so one is known by what precedes
it: a word that is numbered, or a name. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tasks.engines.tts.identifiers import Rule
from tasks.languages.spoken_rules import SpokenRules

_FORM: Final = r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\w-])"
_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50}
_AFTER_NAME = re.compile(r"\b([^\W\d_]{2,}) (?=\w*[IV])((?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?![\w-])")


def rules_for(rules: SpokenRules) -> Iterator[Rule]:
    """The rules of one language, in the order in which they apply."""
    numbered = re.compile(rf"\b({rules.numbered}) ({_FORM})")

    def after_word(match: re.Match[str]) -> str:
        if len(match[2]) == 1 and match[1][0].islower() and not rules.lone_roman:
            return match[0]
        return f"{match[1]} {rules.cardinal(_value(match[2]))}"

    def after_name(match: re.Match[str]) -> str:
        name = match[1]
        medical = match[2] == "IV" and match.string[match.end() : match.end() + 2].strip().islower()  # "Give IV fluids"
        if medical or not name[0].isupper() or not name[1:].islower():
            return match[0]
        return f"{name} {rules.reign(name, _value(match[2]))}"

    yield numbered, after_word
    yield _AFTER_NAME, after_name


def _value(letters: str) -> int:
    values = [_VALUES[letter] for letter in letters]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
