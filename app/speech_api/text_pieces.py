"""Cuts text into what one message carries, and puts the answers together again: what is no word stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from app.speech_api.wrapped_lines import WRAP, flattened, whole, wrapped
from tasks.languages.literals import has_words, literals
from tasks.languages.sentences import clauses, sentence_spans, sentences
from tasks.wire.requests import PIECE_CHARS

MESSAGE_CHARS: Final = 2_000
MESSAGE_PIECES: Final = 32
"""A message of this size keeps a worker busy for less than a second."""

LONG_LITERAL: Final = 200
"""Characters of an address from which it is not sent at all."""

_BREAK = re.compile(r"\s*[\t\n\v\f\r\x85\u2028\u2029]\s*|\s{3,}")
"""Layout within a text: what stands on both sides of it are texts of their own."""
_MARKS = re.compile(r"\s*(?:(?:[-*+•‣\u2013—>#]+|\d{1,3}[.)]|[a-zA-Z][)])\s+)*")
"""What a line begins with before its words: bullets, numbers, quotation marks of mail."""


def cut(text: str, language: str, limit: int = PIECE_CHARS) -> list[str]:
    """One line in pieces of at most about `limit` characters, cut at sentence ends where there are any."""
    pieces: list[str] = []
    for sentence in sentences(text):
        parts = [sentence] if len(sentence) <= limit else _parts(sentence, language, limit)
        for part in parts:
            if pieces and len(pieces[-1]) + len(part) < limit:
                pieces[-1] = f"{pieces[-1]} {part}"
            else:
                pieces.append(part)
    return pieces


def _parts(sentence: str, language: str, limit: int) -> list[str]:
    """A sentence without end in clauses; a word without end in blocks."""
    parts = clauses(sentence, language, lengths=(limit // 2,))
    return [part[at : at + limit] for part in parts for at in range(0, len(part), limit)]


class Lines:
    """Several texts as pieces to be translated; what stands between their words stays where it is.

    A sentence over several lines is one piece, and its translation has as many lines.
    """

    def __init__(self, texts: list[str], language: str) -> None:
        self._texts: list[list[tuple[str, str]]] = []
        self._breaks: list[str] = []
        for text in texts:
            flat, breaks = flattened(text)
            apart = _taken_apart(flat, language)
            if sum(piece.count(WRAP) for _, piece in apart) < len(breaks):  # a sentence too long for one piece
                apart, breaks = _taken_apart(text, language), []
            self._texts.append(apart)
            self._breaks += breaks

    @property
    def pieces(self) -> list[str]:
        """Every piece, in order."""
        return [whole(piece) for text in self._texts for _, piece in text if piece]

    def messages(self) -> Iterator[list[str]]:
        """The pieces in lots of one message each."""
        lot: list[str] = []
        for piece in self.pieces:
            if lot and (len(lot) == MESSAGE_PIECES or sum(map(len, lot)) + len(piece) > MESSAGE_CHARS):
                yield lot
                lot = []
            lot.append(piece)
        if lot:
            yield lot

    def joined(self, answers: list[str]) -> list[str]:
        """The texts with each piece replaced by its answer, in order."""
        rest, breaks = iter(answers), iter(self._breaks)

        def answer(piece: str) -> str:
            return wrapped(next(rest), piece, list(islice(breaks, piece.count(WRAP)))) if piece else ""

        return ["".join(gap + answer(piece) for gap, piece in text) for text in self._texts]


def _taken_apart(text: str, language: str) -> list[tuple[str, str]]:
    """What stays and the piece after it, in order; the last piece may be empty. Together they are `text`.

    But for spaces within a sentence: these go to the translator with it.
    """
    found: list[tuple[str, str]] = []
    gap = ""
    at = 0
    for start, end in _layout(text):
        for one, two in _sentences(text[at:start]):
            if found and gap == "" and one == " " and len(found[-1][1]) + len(two) < PIECE_CHARS and two:
                found[-1] = (found[-1][0], f"{found[-1][1]} {two}")
                continue
            gap += one
            for joint, part in _pieces(two, language):
                found.append((gap or joint, part))
                gap = ""
        gap += text[start:end]
        at = end
    return [*found, (gap, "")]


def _pieces(sentence: str, language: str) -> Iterator[tuple[str, str]]:
    """A sentence in pieces that a message can carry, each with the space before it."""
    if len(sentence) <= PIECE_CHARS:
        yield from [("", sentence)] if sentence else []
        return
    for number, clause in enumerate(clauses(sentence, language, lengths=(PIECE_CHARS // 2,))):
        for at in range(0, len(clause), PIECE_CHARS):
            yield "" if at or not number else " ", clause[at : at + PIECE_CHARS]


def _layout(text: str) -> list[tuple[int, int]]:
    """Breaks with the marks after them, long literals, and an empty place at the end, in order."""
    found: list[tuple[int, int]] = []
    first = _MARKS.match(text)
    if first and first.end():
        found.append((0, first.end()))
    for match in _BREAK.finditer(text):
        marks = _MARKS.match(text, match.end())
        found.append((match.start(), marks.end() if marks else match.end()))
    found += [(start, end) for start, end in literals(text) if end - start >= LONG_LITERAL]
    kept: list[tuple[int, int]] = []
    for start, end in [*sorted(found), (len(text), len(text))]:
        kept.append((max(start, kept[-1][1]) if kept else start, max(end, kept[-1][1]) if kept else end))
    return kept


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """What stays and the sentence after it; what has no words stays too."""
    at = 0
    for start, end in sentence_spans(text):
        if has_words(text[start:end]):
            yield text[at:start], text[start:end]
            at = end
    yield text[at:], ""
