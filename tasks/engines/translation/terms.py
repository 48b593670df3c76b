"""Terms of the glossary put into a translation, and whether what comes of it is still that translation. Pure functions.

A sentence translated with placeholders is another sentence to the model: some come out broken. So a term takes the
place of the word that the plain translation has for it, as far as one can be found; what comes of placeholders counts
only where it says what the plain translation says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from tasks.engines.translation.glossary import Span
from tasks.languages import described
from tasks.languages.agreement import put
from tasks.languages.sentences import sentences

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

ALIKE: Final = 0.7
"""`SequenceMatcher.ratio` from which two words are forms of one."""
ARTICLE: Final = 2
"""Letters up to which a word at the edge of a rendering is an article or a preposition."""
CONTENT: Final = 4
"""Letters from which a word counts as one that says something."""
WORDS_FOR_ONE_ANEW: Final = 8
"""For so many words of the plain translation another one may have one word that it has not."""
SHORTER, LONGER = 0.6, 1.6
"""Length by that of the plain translation, in characters, terms apart."""


def rendering(translated: str, target: str) -> str:
    """The words for a term, of its translation by itself ("the Director of the"): without the function words around."""
    words = _WORD.findall(translated)
    empty = described(target).traits.frequent_words
    says = [place for place, word in enumerate(words) if len(word) > ARTICLE and word.lower() not in empty]
    words = words[says[0] : says[-1] + 1] if says else []
    return " ".join(words)


def replaced(plain: str, source: str, spans: Sequence[Span], renderings: Sequence[Sequence[str]], target: str) -> str:
    """`plain` with each term in the place of what it had for it, as far as that is found.

    Args:
        plain: the translation without the glossary.
        source: what it translates.
        spans: the terms in that, in order.
        renderings: for each of them what `plain` may have for it, the likeliest first.
        target: the language of `plain`.
    """
    agreement = described(target).agreement
    done: list[tuple[int, int]] = []
    for span, words in zip(spans, renderings, strict=True):
        if _has(plain, span.target):
            continue
        free = next(filter(None, (_free(plain, some, done) for some in words)), [])
        if not free:
            continue
        place = span.start / len(source) * len(plain)
        found = min(free, key=lambda match: abs(match.start() - place))
        noun = _cased(span, plain, found.start())
        changed = put(plain, found.start(), found.end(), noun, agreement)
        start = changed.index(noun, max(0, found.start() - 8))
        shift = len(changed) - len(plain)
        done = [(one + shift, two + shift) if one > found.start() else (one, two) for one, two in done]
        done.append((start, start + len(noun)))
        plain = changed
    return plain


def agrees(plain: str, other: str, terms: Iterable[str]) -> bool:
    """Whether `other` says what `plain` does but for `terms`, which it has: by its length, sentences and words."""
    wanted = list(terms)
    own = Counter(_words(other))
    for term in wanted:
        own.subtract(_words(term))
    rest = list((+own).elements())
    there = _words(plain)
    length = len(" ".join(rest)), len(" ".join(there))
    room = sum(len(term) for term in wanted)
    if length[0] > LONGER * length[1] + room or length[0] + room < SHORTER * length[1]:
        return False
    if len(sentences(other)) != len(sentences(plain)):
        return False
    anew = [word for word in _beyond(rest, there) if len(word) >= CONTENT or word.isdigit()]
    gone = _beyond(there, rest)
    most_gone = sum(len(term.split()) + 1 for term in wanted) + len(there) // WORDS_FOR_ONE_ANEW
    return len(anew) <= len(there) // WORDS_FOR_ONE_ANEW and len(gone) <= most_gone


def _beyond(words: Sequence[str], known: Sequence[str]) -> list[str]:
    """The words that `known` has in no form."""
    left = Counter(words)
    left.subtract(Counter(known))
    return [word for word in (+left).elements() if not any(_forms_of_one(word, other) for other in known)]


def _forms_of_one(one: str, other: str) -> bool:
    if min(len(one), len(other)) < CONTENT:
        return one == other
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _has(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE))


def _free(text: str, words: str, taken: Sequence[tuple[int, int]]) -> list[re.Match[str]]:
    """Where `words` stand in `text` and no term does."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    found = re.finditer(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE) if words else ()
    return [match for match in found if not _touches(match.span(), taken)]


def _touches(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and span[1] > start for start, end in others)


def _cased(span: Span, text: str, at: int) -> str:
    """The term with the capital that a sentence begins with, and without the one that the source's beginning gave."""
    begins = not re.search(r"[^\W_][^.!?…:\n]*$", text[:at])
    if begins:
        return span.target[:1].upper() + span.target[1:]
    return span.target[:1].lower() + span.target[1:] if span.raised else span.target
