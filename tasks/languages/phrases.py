"""Which words of a number belong together when text is cut into clauses."""

from __future__ import annotations

import re
from typing import Final

from tasks.languages.patterns import any_of
from tasks.languages.spoken_rules import SpokenRules

GLUE: Final = "\ue000"
"""Stands for a space that no clause may end at; a private character that no text holds."""


class NumberPhrases:
    """Keeps "vinte e um reais" whole, and lets long numbers be cut after their thousands and millions."""

    def __init__(self, rules: SpokenRules) -> None:
        powers = {_last(rules.cardinal(10**power)) for power in (3, 6, 9, 12)}
        powers |= {_last(rules.cardinal(2 * 10**power)) for power in (3, 6, 9, 12)}
        numbers = [rules.cardinal(number) for number in range(1000)]
        numbers += [rules.cardinal(number, feminine=True) for number in range(1000)]
        numbers += [rules.ordinal(number) for number in range(1, 1000)]
        words = {word for text in numbers for word in re.findall(r"[^\W\d_]+", text)} - {rules.conjunction}
        words |= powers | {rules.point, rules.minus}
        units = [*rules.lexicon.units.values(), *rules.lexicon.currencies.values()]
        counted = {name.split()[0] for unit in units for name in (unit.singular, unit.plural)}
        number = rf"{any_of(words)}(?:-{any_of(words)})?"
        self._joint = re.compile(
            rf"(?<![\w-])(?P<number>{number}) (?:(?P<joint>{re.escape(rules.conjunction)}) )?"
            rf"(?=(?P<next>{number})(?![\w-])|{any_of(counted)}(?![\w-]))",
            re.IGNORECASE,
        )
        self._powers = powers

    def bound(self, text: str) -> str:
        """`text` with `GLUE` for the spaces inside its numbers, and before their units."""
        return self._joint.sub(self._glued, text.replace(GLUE, " "))

    def _glued(self, match: re.Match[str]) -> str:
        if match["next"] and not match["joint"] and match["number"].lower() in self._powers:
            return match[0]
        return match[0].replace(" ", GLUE)


def _last(text: str) -> str:
    return text.split()[-1]
