"""Where sentences and clauses end in what somebody is saying.

Pure functions of words that are certain: more words move no end that was found before, so that whoever goes on with an
utterance after another finds the same. An end is therefore found when the word after it is known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from tasks.engines.base import Word
from tasks.languages import described
from tasks.languages.language import SentenceRules
from tasks.languages.number_words import is_number
from tasks.languages.sentences import MIN_SENTENCE_WORDS, ends_sentence
from tasks.languages.text import key

MAX_SENTENCE_SECONDS: Final = 20.0
"""Seconds after which a sentence ends wherever it is."""

UNMARKED_SENTENCE_SECONDS: Final = 8.0
SENTENCE_PAUSE: Final = 0.3
"""Seconds after which a pause of so many seconds ends a sentence in which no mark has come: who speaks so fast, or a
recogniser that knows no marks, gives none."""

MIN_CLAUSE_WORDS: Final = 2
"""Words from which a clause ends at a mark or at a pause."""

CLAUSE_PAUSE: Final = 0.25
"""Seconds between two words that make a clause of what was before."""


class ClauseLengths(NamedTuple):
    """Words from which a clause ends.

    Each clause is a translation: of short ones more words have to be held back (`tasks.growth.HELD_BACK`), and with
    that they come as early as long ones and are translated better (docs/measurements/simultaneous.md).
    """

    before_clause: int = 2
    """Before a word that a clause begins with."""
    before_phrase: int = 2
    """Before one that a phrase begins with."""
    anywhere: int = 2


LENGTHS: Final = ClauseLengths()

_ENDING: Final = ".!?\u2026\u3002\uff01\uff1f"
_MARKS: Final = f",;:{_ENDING}\u060c\u061b\u3001\uff0c\uff1b\uff1a"
_CLOSING: Final = "\"'\u201d\u2019»)]"


def sentence_ends(words: Sequence[Word], language: str) -> list[int]:
    """Behind which words of an utterance that goes on a sentence ends: how many words there are until then."""
    found: list[int] = []
    first = 0
    for count in range(1, len(words)):
        if _ends_sentence(words[first:count], words[count], language):
            found.append(count)
            first = count
    return found


def _ends_sentence(sentence: Sequence[Word], following: Word, language: str) -> bool:
    if len(sentence) < MIN_SENTENCE_WORDS:
        return False
    text = described(language).sentences.joint.join(word.text for word in sentence)
    if text.rstrip(_CLOSING)[-1:] in tuple(_ENDING) and ends_sentence(text, following.text):
        return True
    seconds = sentence[-1].end - sentence[0].start
    if seconds >= MAX_SENTENCE_SECONDS:
        return True
    paused = following.start - sentence[-1].end >= SENTENCE_PAUSE
    return paused and seconds >= UNMARKED_SENTENCE_SECONDS and not any(map(_marked, sentence))


def clause_ends(
    words: Sequence[Word], language: str, together: Collection[str] = (), lengths: ClauseLengths = LENGTHS
) -> list[int]:
    """Behind which words of a sentence that goes on a clause ends: how many words there are until then.

    Args:
        words: the sentence's first words.
        language: of them.
        together: terms of several words that no clause ends within, in any case. While the last words may be the first
            of one, no end is found among them.
        lengths: of clauses.
    """
    rules = described(language).sentences
    inside = _inside(words, language, together)
    found: list[int] = []
    first = 0
    for count in range(1, len(words)):
        if count not in inside and _ends_clause(words[first:count], words[count], rules, lengths):
            found.append(count)
            first = count
    return found


def _ends_clause(clause: Sequence[Word], following: Word, rules: SentenceRules, lengths: ClauseLengths) -> bool:
    length, last, word = len(clause), clause[-1], key(following.text)
    if length >= lengths.anywhere:
        return True
    if length >= MIN_CLAUSE_WORDS and (_marked(last) or following.start - last.end >= CLAUSE_PAUSE):
        return True
    if word in rules.clause_beginners:
        return length >= lengths.before_clause
    return word in rules.paused_before and length >= lengths.before_phrase


def _inside(words: Sequence[Word], language: str, together: Collection[str]) -> set[int]:
    """The counts of words that lie within a number, a name or a term."""
    keys = [key(word.text) for word in words]
    found = {
        count
        for count, (before, after) in enumerate(pairwise(words), 1)
        if not _marked(before)
        and (
            _belong(before.text, after.text, first=count == 1)
            or (is_number(keys[count - 1], language) and is_number(keys[count], language))
        )
    }
    for term in together:
        parts = [key(part) for part in term.split()]
        for start in range(len(keys)):
            here = keys[start : start + len(parts)]
            if here == parts[: len(here)]:  # to the end of it, or of what is known
                found.update(range(start + 1, start + len(here)))
    return found


def _belong(before: str, after: str, *, first: bool) -> bool:
    """Whether two words are of one number or of one name."""
    if before[-1:].isdigit() or after[:1].isdigit():
        return before[-1:].isdigit() or not before[:1].islower()
    return not first and before[:1].isupper() and after[:1].isupper()


def _marked(word: Word) -> bool:
    return word.text.rstrip(_CLOSING)[-1:] in tuple(_MARKS)
