"""Splitting text into sentences and, for speech, into clauses. Pure functions, no models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tasks.languages import LANGUAGES, described
from tasks.languages.patterns import any_of

_CLOSING: Final = "\u300d\u300f\u201d\u2019\uff09"
_SENTENCE_END = re.compile(
    '(?<=[.!?…\u061f\u06d4\u0964])["\u201d\u2019»)\\]]*\\s+(?=\\S)'
    f"|(?<=[\u3002\uff01\uff1f])[{_CLOSING}]*\\s*(?=[^\\s{_CLOSING}])"
)
"""Behind a mark and a space; behind a full-width mark no space is needed."""
_CLAUSE_END = re.compile("(?<=[,;:—\u2013…)\u060c\u061b])\\s+|(?<=[\u3001\uff0c\uff1b\uff1a])\\s*")
_WORD_END = re.compile(r"\s+")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED: Final = "\u0e01-\u0e4e\u3005-\u30ff\u3400-\u9fff"
_LETTER_END = re.compile(f"(?<=[{_UNSPACED}])(?![\u0e30-\u0e3a\u0e45-\u0e4e])(?=[{_UNSPACED}])(?<![\u0e40-\u0e44])")
"""Where text without spaces may be cut if nothing better is there: between two letters, not within a Thai syllable."""
_OPENING: Final = "([\"'\u201c\u2018«"

_ABBREVIATED: Final = frozenset[str]().union(*(known.sentences.abbreviations for known in LANGUAGES.values()))
"""Of all languages together: names and titles are abbreviated across languages."""

_ANNOUNCING: Final = frozenset[str]().union(*(known.sentences.before_numbers for known in LANGUAGES.values()))
_BEGINNERS: Final = frozenset[str]().union(*(known.traits.frequent_words for known in LANGUAGES.values()))
"""Words that a sentence often begins with: after "U.S." they tell that one does."""
_ITEM: Final = re.compile(r"\d{1,3}\.")
"""The number of an item in a list, before its sentence."""
_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")

MIN_SENTENCE_WORDS: Final = 3
"""Words below which a sentence is not worth a line of its own: "Yes." and "No, no." begin the next one."""

MIN_CLAUSE_CHARACTERS: Final = 10
"""Characters below which a clause is not worth a breath of its own."""


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, without surrounding space."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` are, in order, without surrounding space."""
    found: list[tuple[int, int]] = []
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        goes_on = bool(gap[0].strip()) and text[gap.end()].islower()  # "Stop!" he said.
        if not goes_on and ends_sentence(text[start : gap.start()], text[gap.end() :]):
            found.append((start, gap.end()))
            start = gap.end()
    found.append((start, len(text)))
    stripped = [(end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())) for start, end in found]
    return [(start, end) for start, end in stripped if start < end]


def ends_sentence(before: str, following: str) -> bool:
    """Whether a sentence ends between two parts of a text, of which the first ends in a mark that may end one."""
    if following[0].islower():
        return before[-1:] in "!?"
    if not before.endswith("."):
        return True
    word = before[:-1].rsplit(None, 1)[-1].lstrip(_OPENING) if before[:-1].strip() else ""
    if _ITEM.fullmatch(before.strip()):
        return False
    if following[0].isdigit() and word.lower() in _ANNOUNCING:
        return False
    if _INITIALS.fullmatch(word):
        first = _FIRST_WORD.match(following)
        return first is not None and first[0].lower() in _BEGINNERS
    return not (word.lower() in _ABBREVIATED or (len(word) == 1 and word.isalpha()))


def announced_in_full(text: str, language: str) -> str:
    """`text` with what announces its numbers in full: "No. 5" is read as a refusal, "Jan. 5" as a sentence's end."""
    words = described(language).sentences.before_numbers
    if not words:
        return text
    pattern = rf"(?<![\w.]){any_of(words)}\.\s?(?=\d)|(?<![\w.])[nN]º\s?(?=\d)"

    def whole(match: re.Match[str]) -> str:
        short = match[0].rstrip().removesuffix(".")
        word = words.get(short.lower())
        return match[0] if word is None else f"{word[:1].upper()}{word[1:]} " if _raised(match, word) else f"{word} "

    return re.sub(pattern, whole, text, flags=re.IGNORECASE)


def _raised(match: re.Match[str], word: str) -> bool:
    """Whether the whole word has a capital: where a sentence begins, or it always has one."""
    begins = not match.string[: match.start()].strip() or match.string[: match.start()].rstrip()[-1] in ".!?…"
    return word[:1].isupper() or (begins and match[0][:1].isupper())


def joined(pieces: Iterable[str], language: str) -> str:
    """Sentences or clauses of a language as one text."""
    return described(language).sentences.joint.join(pieces)


def clauses(text: str, language: str, *, lengths: tuple[int, ...] = (30, 90)) -> list[str]:
    """`text` in pieces to be spoken one after the other; `joined` they are `text` again.

    Pieces end at sentence ends, else at punctuation, else before a function word, else between words. No
    piece crosses a sentence end unless a sentence is very short.

    Args:
        text: one or more sentences.
        language: BCP 47 subtag; decides which function words are known.
        lengths: about how many characters the first piece may have (few, so that it sounds early), the second,
            and so on; the last number counts for all that follow.
    """
    pieces: list[str] = []
    for sentence in sentences(" ".join(text.split())):
        rest = sentence
        while rest:
            piece, rest = _cut(rest, language, lengths[min(len(pieces), len(lengths) - 1)])
            pieces.append(piece)
    return _join_short(pieces, lengths[-1], language)


def _cut(text: str, language: str, limit: int) -> tuple[str, str]:
    """The first piece of `text`, of at most about `limit` characters, and the rest."""
    if len(text) <= limit + MIN_CLAUSE_CHARACTERS // 2:
        return text, ""
    natural = [gap for gap in _CLAUSE_END.finditer(text) if MIN_CLAUSE_CHARACTERS <= gap.start() <= limit + 5]
    rules = described(language).sentences
    words = rules.paused_before
    gaps = [gap for gap in _WORD_END.finditer(text) if MIN_CLAUSE_CHARACTERS <= gap.start() <= limit]
    if not rules.spaced and not natural and not gaps:
        gaps = [gap for gap in _LETTER_END.finditer(text) if MIN_CLAUSE_CHARACTERS <= gap.start() <= limit]
    before_function = [gap for gap in gaps if _word_at(text, gap.end()) in words]
    for candidates in (natural, before_function, gaps):
        usable = [gap for gap in candidates if len(text) - gap.end() >= MIN_CLAUSE_CHARACTERS // 2]
        if usable:
            return text[: usable[-1].start()], text[usable[-1].end() :]
    gap_after = _WORD_END.search(text, limit)
    return (text[: gap_after.start()], text[gap_after.end() :]) if gap_after else (text, "")


def _word_at(text: str, at: int) -> str:
    return text[at:].split(None, 1)[0].strip(",.;:!?\"'").lower()


def _join_short(pieces: list[str], later: int, language: str) -> list[str]:
    """Give very short pieces ("Yes.", a last word) to their neighbour, but leave the first piece as it is."""
    found: list[str] = []
    for piece in pieces:
        short = len(piece) < MIN_CLAUSE_CHARACTERS or (found and len(found[-1]) < MIN_CLAUSE_CHARACTERS)
        if len(found) > 1 and short and len(found[-1]) + len(piece) < later:
            found[-1] = joined((found[-1], piece), language)
        else:
            found.append(piece)
    return found
