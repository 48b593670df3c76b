"""Bare words, as a recogniser without capitals, marks and digits gives them, as people write them.

The first word gets a capital, numbers become digits, names and hotwords get their capitals back, and the end a full
stop, or a question mark where the language lists how questions end (`WrittenForm`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from tasks.engines.base import Word
from tasks.languages import described
from tasks.languages.language import WrittenForm
from tasks.languages.written_numbers import WrittenNumbers

_LETTERS = re.compile(r"\w+")
_MAX_WORDS: Final = 8
"""Of a hotword."""


def written(words: Sequence[Word], language: str, hotwords: Sequence[str] = (), *, open_end: bool) -> list[Word]:
    """The words as they are written; joined by spaces they are the text.

    Args:
        words: in small letters, without marks and digits.
        language: theirs.
        hotwords: names and terms as they are spelled.
        open_end: whether more may follow, so that nothing ends the sentence. Of words that are still open
            (`settled_words`) it is not known how they are written.
    """
    words = [replace(word, text=unicodedata.normalize("NFC", word.text)) for word in words]
    if not words:
        return []
    rules = described(language)
    asks = is_question([word.text for word in words], rules.written_form)
    names = [*hotwords, *rules.written_form.names]
    cased = _in_digits(words, _recased(words, names), rules.written)
    if not open_end:
        cased[-1] = replace(cased[-1], text=cased[-1].text + ("?" if asks else "."))
    cased[0] = replace(cased[0], text=cased[0].text[:1].upper() + cased[0].text[1:])
    return cased


def settled_words(words: Sequence[Word], language: str) -> int:
    """How many of these words are written as they are whatever follows: a number at the end may go on."""
    parts = described(language).written.parts
    count = len(words)
    while count and unicodedata.normalize("NFC", words[count - 1].text) in parts:
        count -= 1
    return count


def is_question(words: Sequence[str], form: WrittenForm) -> bool:
    """Whether these words ask, by what the language lists; a question of another form is not noticed."""
    text = f" {' '.join(words)} "
    for opening, ending in form.question_frames:
        before, found, _ = text.removesuffix(f" {ending} ").rpartition(f" {opening} ")
        if text.endswith(f" {ending} ") and found and not _holds(before, form.statement_words):
            return True
    ending = max((end for end in form.question_ends if text.endswith(f" {end} ")), key=len, default="")
    return bool(ending) and not _holds(text.removesuffix(f" {ending} ") + " ", form.statement_words)


def _holds(text: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(text.split())


def _recased(words: list[Word], names: Sequence[str]) -> list[Word]:
    """The words with each name spelled as it is given, the longest first."""
    known: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        spelled = unicodedata.normalize("NFC", name).split()
        known.setdefault(tuple(_key(part) for part in spelled), spelled)
    keys = [_key(word.text) for word in words]
    result = list(words)
    at = 0
    while at < len(words):
        lengths = range(min(_MAX_WORDS, len(words) - at), 0, -1)
        length = next((n for n in lengths if tuple(keys[at : at + n]) in known), 0)
        for number, part in enumerate(known.get(tuple(keys[at : at + length]), []) if length else []):
            result[at + number] = replace(words[at + number], text=part)
        at += max(1, length)
    return result


def _key(text: str) -> str:
    return "".join(_LETTERS.findall(text)).casefold()


def _in_digits(bare: Sequence[Word], cased: Sequence[Word], rules: WrittenNumbers) -> list[Word]:
    """The words with their numbers as digits; a number word within a name is none."""
    if not callable(rules.reader):
        return list(cased)
    result: list[Word] = []
    pairs = zip(bare, cased, strict=True)
    for plain, stretch in groupby(pairs, key=lambda pair: pair[0].text == pair[1].text):
        words = [word for _, word in stretch]
        result += _read(words, rules.reader(" ".join(word.text for word in words), rules.digits)) if plain else words
    return result


def _read(words: list[Word], text: str) -> list[Word]:
    """The words of `text`, which has digits for some of `words`, with the times of those that they stand for."""
    before, after = [word.text for word in words], text.split()
    result: list[Word] = []
    for change, begin, end, first, last in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if change == "equal":
            result += words[begin:end]
        elif last > first:
            result += _spread(words[begin:end], after[first:last])
    return result


def _spread(words: list[Word], texts: list[str]) -> list[Word]:
    """Other texts for the same stretch of speech, which they share evenly."""
    start, length = words[0].start, words[-1].end - words[0].start
    probability = sum(word.probability for word in words) / len(words)
    steps = [start + length * number / len(texts) for number in range(len(texts) + 1)]
    return [Word(text, steps[n], steps[n + 1], probability) for n, text in enumerate(texts)]
