"""Courtesies and short answers: said all day, and too short for a small translator to know what they mean.

Each language lists what it says for each of `MEANINGS`: first what a translation into it is given, then what else
means this. A form with a question mark is meant only with one, one without only without. Small letters; a comma
within a form is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_MEANINGS: Final = """
    hello hi good_morning good_afternoon good_evening good_night goodbye bye see_you see_you_tomorrow thanks
    thanks_very_much thanks_for_everything youre_welcome please sorry excuse_me yes no ok of_course maybe exactly
    thats_right really understood not_understood dont_know no_problem all_right how_are_you fine_thanks one_moment
    congratulations good_luck nice_to_meet_you welcome cheers i_agree great repeat_please can_you_hear_me
"""
MEANINGS: Final = frozenset(_MEANINGS.split())

Courtesies = Mapping[str, tuple[str, ...]]
"""Meaning → what is said for it."""

_EDGE: Final = re.compile(r"^[\s¡¿]+|[\s.!?…,;:]+$")


def listed(text: str) -> dict[str, tuple[str, ...]]:
    """Of lines "meaning: one | another"."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    found = {name.strip(): tuple(form.strip() for form in forms.split("|")) for name, _, forms in lines}
    if unknown := set(found) - MEANINGS:
        raise ValueError(f"no such courtesies: {', '.join(sorted(unknown))}")
    return found


class Phrasebook:
    """The courtesies of two languages side by side."""

    def __init__(self, source: Courtesies, target: Courtesies) -> None:
        pairs = ((meaning, form) for meaning, forms in source.items() for form in forms if meaning in target)
        self._known = {form.replace(",", "").lower(): target[meaning][0] for meaning, form in reversed(list(pairs))}

    def look_up(self, sentence: str) -> str | None:
        """The translation of a sentence that is nothing but courtesies, separated by commas; None where it is not."""
        whole = self._one(sentence)
        parts = re.split(r"(\s*,\s*)", sentence)
        if whole is not None or len(parts) < 3:
            return whole
        said = [self._one(part) for part in parts[::2]]
        commas = [*parts[1::2], ""]
        return None if None in said else "".join(f"{part}{comma}" for part, comma in zip(said, commas, strict=True))

    def _one(self, text: str) -> str | None:
        body = _EDGE.sub("", text)
        if not body:
            return None
        start = text.index(body)
        before, after = text[:start], text[start + len(body) :]
        key = " ".join(body.lower().replace(",", " ").replace("\u2019", "'").split())
        form = self._known.get(f"{key}?" if "?" in after else key)
        if form is None:
            return None
        form = form.removesuffix("?")
        if body.isupper() and len(body) > 1:
            form = form.upper()
        elif body[:1].isupper():
            form = form[:1].upper() + form[1:]
        return before.replace("¿", "").replace("¡", "") + form + after


@cache
def phrasebook(source: str, target: str) -> Phrasebook:
    """The courtesies of `source` in `target`, both BCP 47 subtags."""
    from tasks.languages import described

    return Phrasebook(described(source).courtesies, described(target).courtesies)


def phrases(language: str, text: str) -> bool:
    """Whether `text` is nothing but courtesies of `language`."""
    return phrasebook(language, language).look_up(" ".join(text.split())) is not None
