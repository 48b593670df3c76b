"""Cuts text into what one message carries, and puts the answers together again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.languages.sentences import clauses, sentences
from tasks.wire.requests import PIECE_CHARS

MESSAGE_CHARS: Final = 2_000
MESSAGE_PIECES: Final = 32
"""A message of this size keeps a worker busy for less than a second."""


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
    """Several texts as pieces to be translated; line breaks and blank lines stay where they are."""

    def __init__(self, texts: list[str], language: str) -> None:
        self._texts = [[cut(line, language) for line in text.split("\n")] for text in texts]

    @property
    def pieces(self) -> list[str]:
        """Every piece, in order."""
        return [piece for lines in self._texts for line in lines for piece in line]

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
        rest = iter(answers)
        return ["\n".join(" ".join(next(rest) for _ in line) for line in lines) for lines in self._texts]
