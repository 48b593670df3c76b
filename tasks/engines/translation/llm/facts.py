"""Whether a draft says of currencies, units, times and denials what was said: a small model gets one wrong in ten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from tasks.languages import LANGUAGES, described
from tasks.languages.draft_facts import NOT, DraftFacts, Fact
from tasks.languages.patterns import any_of

_SCALES: Final = any_of({word for known in LANGUAGES.values() for word in known.written.scales})
_NUMBER: Final = rf"(?<![\d.,:])\d+(?:[.,:]\d+)*(?:\s{_SCALES}\b)?"
MAX_HINTS: Final = 5
"""Words that a model is told of one text."""

_WITHOUT_NUMBER: Final = re.compile(r"^[\d.,:]+\s*")
_SMALL: Final = range(2, 13)
"""Numbers that stay words on their own (`spelled`)."""


def changed_fact(source: str, output: str, languages: tuple[str, str]) -> str:
    """What `output` has lost of `source`, or says without its being there, for a person; empty where that is nothing.

    Args:
        source: a text whose spelled-out numbers are digits already (`in_digits`).
        output: its translation, likewise.
        languages: of `source` and of `output`.
    """
    spoken, written = (_facts(language) for language in languages)
    if spoken is None or written is None:
        return ""
    both = [(name, said, written.facts[name]) for name, said in spoken.facts.items() if name in written.facts]
    for name, said, there in both:
        if _has(said.said, source) and not _has(there.kept or there.said, output):
            return f"the reply lost “{name}”"
    for name, said, there in both:
        if _has(there.said, output) and not _has(said.kept or said.said, source):
            return f"the reply has “{name}”, which was not said"
    for name, words in spoken.words.items():
        other = written.words.get(name)
        if other and _has(words.said, source) and not _has(other.kept or other.said, output):
            return f"the reply lost “{name}”"
    if denies(source, languages[0]) and not may_deny(output, languages[1]):
        return "the reply lost a “not”"
    if denies(output, languages[1]) and not may_deny(source, languages[0]):
        return "the reply has a “not” that was not said"
    return ""


def measured(text: str, language: str) -> dict[str, list[str]]:
    """The units and what else has a number in `text`: the name of each with all that is said of it."""
    facts = _facts(language)
    counted = ((name, fact.said) for name, fact in (facts.facts if facts else {}).items() if fact.said.startswith("#"))
    found = ((name, [match.group() for match in _compiled(said).finditer(text)]) for name, said in counted)
    return {name: matches for name, matches in found if matches}


def hints(text: str, languages: tuple[str, str]) -> list[tuple[str, str]]:
    """Words of `text`, a text in the first of the languages, each with those that say it in the second."""
    spoken, written = (_facts(language) for language in languages)
    if spoken is None or written is None:
        return []
    there = {**written.words, **written.facts}
    found: list[tuple[int, int, str, str]] = []
    for name, said in {**spoken.words, **spoken.facts}.items():
        hint = there[name].hint if name in there else ""
        match = _compiled(said.said).search(text) if hint and said.hint else None
        if match and all(match.end() <= start or end <= match.start() for start, end, _, _ in found):
            found.append((*match.span(), match.group(), hint))
    return [(word, hint) for _, _, word, hint in sorted(found)[:MAX_HINTS]]


def lost(source: str, output: str, languages: tuple[str, str]) -> list[tuple[str, str]]:
    """Words of `source` that `output` has lost, each with those that say it; for the arguments see `changed_fact`."""
    spoken, written = (_facts(language) for language in languages)
    if spoken is None or written is None:
        return []
    there = {**written.words, **written.facts}
    found = [
        (match.start(), _WITHOUT_NUMBER.sub("", match.group()), words)
        for name, said in {**spoken.words, **spoken.facts}.items()
        if (match := _compiled(said.said).search(source))
        and (words := _words(name, there, written))
        and not _has(there[name].kept or there[name].said, output)
    ]
    if denies(source, languages[0]) and not may_deny(output, languages[1]):
        match = _compiled(rf"\w*(?:{spoken.denials.said})").search(source)
        found += [(match.start(), match.group(), written.pointed[NOT])] if match and NOT in written.pointed else []
    return [(word, words) for _, word, words in sorted(found)[:MAX_HINTS]]


def _words(name: str, there: Mapping[str, Fact], written: DraftFacts) -> str:
    """What a language says something with; empty where it does not have it."""
    return written.pointed.get(name, "") or there[name].hint if name in there else ""


def denies(text: str, language: str) -> bool:
    """Whether `text` has a word that makes a statement its opposite, for certain."""
    facts = _facts(language)
    if facts is None or not facts.denials.said:
        return False
    without = re.sub(facts.denials.idle, " ", text, flags=re.IGNORECASE) if facts.denials.idle else text
    return _has(facts.denials.said, without)


def may_deny(text: str, language: str) -> bool:
    """Whether something in `text` may stand for a denial in another language."""
    facts = _facts(language)
    return facts is None or _has(f"{facts.denials.said}|{facts.denials.kept}", text)


def counts(text: str, language: str) -> list[int]:
    """The small numbers in words that count something in `text`, from two to twelve."""
    return [value for value, words in counted(language) if re.search(words, text, re.IGNORECASE)]


def counted(language: str) -> list[tuple[int, str]]:
    """The small numbers, from two to twelve, with the pattern of the word of each where it counts something."""
    facts = _facts(language)
    if facts is None or not facts.counted:
        return []
    names = [(value, described(language).written.small[value].partition(" ")[0]) for value in _SMALL]
    return [(value, rf"(?<![\w-]){word}\b(?={facts.counted})") for value, word in names if word]


def _facts(language: str) -> DraftFacts | None:
    drafts = described(language).drafts
    return drafts.facts if drafts and drafts.facts.facts else None


def _has(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("#", _NUMBER), re.IGNORECASE)
