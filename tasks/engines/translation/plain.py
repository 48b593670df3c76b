"""What small translators do not know, kept from them: texts without words, courtesies, capitals, what is no language.

They were trained on whole sentences as people write them. "Obrigada." becomes "Thank you for sharing.", capitals
become noise, addresses lose letters and emoji vanish. So literals are hidden, or the text is translated around them
where they do not come back; shouted sentences are lowered and raised again; and courtesies are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation.glossary import CODES, NAMES, Span, hide, restore
from tasks.languages import described
from tasks.languages.courtesies import phrasebook
from tasks.languages.literals import edges, has_words, literals
from tasks.languages.sentences import announced_in_full, sentence_spans

SHOUTED: Final = 0.9
"""Share of capitals among the letters of a sentence from which it is shouted."""
SHOUTED_LETTERS: Final = 6
"""Letters from which that can be said: "OK" and "UNESCO" alone are no shouting."""

_HIDDEN: Final = re.compile("|".join((*CODES, *NAMES)))
_LINE = re.compile(r"\r\n|[\n\r]")


def translate(engine: Translator, text: str, source: str, target: str) -> str:
    """As `Translator.translate`, with what the engine does not know kept from it; usually by one call.

    Raises:
        EngineError: the engine gave no translation of something that has words.
    """
    if not has_words(text):
        return text
    text = announced_in_full(text, source)
    sentences = [text[start:end] for start, end in _spans(text)]
    if not any(_special(sentence, source, target) for sentence in sentences):
        return engine.translate(text, source, target)
    done: list[str] = []
    at = 0
    for start, end in _spans(text):
        done += [text[at:start], _sentence(engine, text[start:end], source, target)]
        at = end
    return "".join([*done, text[at:]])


def _spans(text: str) -> list[tuple[int, int]]:
    """The sentences of all lines."""
    found: list[tuple[int, int]] = []
    at = 0
    for end in [*(match.start() for match in _LINE.finditer(text)), len(text)]:
        found += [(at + start, at + stop) for start, stop in sentence_spans(text[at:end])]
        at = end
    return found


def _special(sentence: str, source: str, target: str) -> bool:
    return bool(literals(sentence)) or shouted(sentence) or phrasebook(source, target).look_up(sentence) is not None


def _sentence(engine: Translator, sentence: str, source: str, target: str) -> str:
    before, body, after = edges(sentence)
    if not has_words(body):
        return sentence
    known = phrasebook(source, target).look_up(body)
    return before + (known if known is not None else _around(engine, body, source, target)) + after


def _around(engine: Translator, text: str, source: str, target: str) -> str:
    """`text` with its literals behind placeholders, or translated in parts between them."""
    places = literals(text)
    if not places:
        return _unshouted(engine, text, source, target)
    spans = [Span(start, end, text[start:end]) for start, end in places]
    for placeholders in (CODES, NAMES):
        hidden = hide(text, spans, placeholders)
        if len(hidden.kept) < len(spans):
            break
        try:
            translated, lost = restore(_unshouted(engine, hidden.text, source, target), hidden)
        except EngineError:
            break
        if not lost:
            return translated
    return _between(engine, text, places, source, target)


def _between(engine: Translator, text: str, places: Sequence[tuple[int, int]], source: str, target: str) -> str:
    done: list[str] = []
    at = 0
    for start, end in [*places, (len(text), len(text))]:
        part = text[at:start]
        words = part.strip()
        if has_words(words):
            part = part.replace(words, _unshouted(engine, words, source, target), 1)
        done += [part, text[start:end]]
        at = end
    return "".join(done)


def shouted(text: str) -> bool:
    """Whether `text` is written in capitals, placeholders apart."""
    letters = [letter for letter in _HIDDEN.sub("", text) if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    several = len(letters) >= SHOUTED_LETTERS and len(text.split()) > 1
    return several and capitals >= SHOUTED * len(letters)


def _unshouted(engine: Translator, text: str, source: str, target: str) -> str:
    """Translated in small letters, and in capitals again."""
    if not shouted(text):
        return engine.translate(text, source, target)
    small, at = "", 0
    for match in _HIDDEN.finditer(text):
        small += text[at : match.start()].lower() + match[0]
        at = match.end()
    small += text[at:].lower()
    for word in described(source).sentences.always_capital:
        small = re.sub(rf"\b{word.lower()}\b", word, small)
    return engine.translate(small[:1].upper() + small[1:], source, target).upper()
