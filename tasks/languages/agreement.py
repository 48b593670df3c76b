"""Words that follow a noun in form: when another noun takes its place, they follow that. Data a language, one rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_WORD_BEFORE = re.compile(r"([^\W\d_]+)(\s+)$")
_WORD_AFTER = re.compile(r"^(\s+)([^\W\d_]+)")

BEFORE: Final = 4
"""Words before a noun that are looked at: "em toda a nova …"."""


@dataclass(frozen=True)
class Genders:
    """How a language with two genders shows them around a noun."""

    feminine: Callable[[str], bool]
    """Whether a noun, or the first word of a phrase, is feminine; small letters."""
    determiners: tuple[tuple[str, str], ...]
    """Masculine and feminine forms of what stands before nouns, plurals too."""
    adjectives: re.Pattern[str]
    """What is an adjective or a participle, where one stands; small letters."""
    endings: tuple[tuple[str, str], ...]
    """Masculine and feminine endings of adjectives, the longest first."""
    before: re.Pattern[str]
    """Adjectives that stand before their noun; small letters."""
    copulas: frozenset[str]
    """Verbs that an adjective of the subject follows."""

    def fit(self, before: str, noun: str, after: str) -> tuple[str, str]:
        """What stands before and after `noun`, in its gender."""
        feminine = self.feminine(noun.split()[0].lower())
        return self._before(before, feminine=feminine), self._after(after, feminine=feminine)

    def _before(self, text: str, *, feminine: bool) -> str:
        done = ""
        for _ in range(BEFORE):
            match = _WORD_BEFORE.search(text)
            if match is None:
                break
            word = match[1]
            if (formed := self._determiner(word.lower(), feminine=feminine)) is None:
                if not self.before.fullmatch(word.lower()):
                    break
                formed = self._adjective(word.lower(), feminine=feminine)
            text, done = text[: match.start()], _like(word, formed) + match[2] + done
        return text + done

    def _after(self, text: str, *, feminine: bool) -> str:
        done = ""
        for _ in range(3):
            match = _WORD_AFTER.match(text)
            if match is None:
                break
            word = match[2]
            if self.adjectives.fullmatch(word.lower()):
                formed = _like(word, self._adjective(word.lower(), feminine=feminine))
                return f"{done}{match[1]}{formed}{text[match.end() :]}"
            if word.lower() not in self.copulas:
                break
            text, done = text[match.end() :], done + match[0]
        return done + text

    def _determiner(self, word: str, *, feminine: bool) -> str | None:
        found = next((pair for pair in self.determiners if word in pair), None)
        return found[feminine] if found else None

    def _adjective(self, word: str, *, feminine: bool) -> str:
        for pair in self.endings:
            if word.endswith(pair[not feminine]):
                return word.removesuffix(pair[not feminine]) + pair[feminine]
        return word


@dataclass(frozen=True)
class IndefiniteArticle:
    """An article that depends on how the next word begins, as in English."""

    before_consonants: str
    before_vowels: str
    vowel: re.Pattern[str]
    """What a word begins with that is said with a vowel."""

    def fit(self, before: str, noun: str, after: str) -> tuple[str, str]:
        """What stands before and after `noun`, with the article that it takes."""
        match = _WORD_BEFORE.search(before)
        if match and match[1].lower() in (self.before_consonants, self.before_vowels):
            article = self.before_vowels if self.vowel.match(noun.lower()) else self.before_consonants
            before = f"{before[: match.start()]}{_like(match[1], article)}{match[2]}"
        return before, after


Agreement = Genders | IndefiniteArticle


def put(text: str, start: int, end: int, noun: str, agreement: Agreement | None) -> str:
    """`text` with `noun` in the place of `text[start:end]`, and the words around it in the forms that it asks for."""
    before, after = text[:start], text[end:]
    if agreement and noun.strip():
        before, after = agreement.fit(before, noun, after)
    return before + noun + after


def _like(word: str, form: str) -> str:
    """`form` with the capitals of `word`."""
    if word.isupper() and len(word) > 1:
        return form.upper()
    return form[:1].upper() + form[1:] if word[:1].isupper() else form
