"""What is multiplied: sizes ("1920x1080", "4 x 4") and factors ("3x faster"). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.engines.tts.identifiers import Rule
from tasks.languages.spoken_rules import SpokenRules

_FACTOR = r"\d{1,6}(?:[.,]\d{1,4})?"
_SIZE = re.compile(rf"(?<![\w.,/])(?!0x){_FACTOR}(?: ?[x\u00d7] ?{_FACTOR}){{1,3}}(?= ?(?:[ckm]?m|px|in|ft)?(?!\w))")
_TIMES = re.compile(r"(?<![\w.,/])(\d{1,4}(?:[.,]\d{1,2})?)[x\u00d7](?!\w| ?[+*/=\u00b2\u00b3^-])")


def rules_for(rules: SpokenRules) -> Iterator[Rule]:
    """The rules of one language, in the order in which they apply."""
    yield _SIZE, lambda m: re.sub(r" ?[x\u00d7] ?", f" {rules.by} ", m[0])
    yield _TIMES, lambda m: f"{m[1]} {rules.times}"
