"""What the network's output says: CTC, the likeliest piece of each frame, and words put together of pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import Word
from tasks.engines.stt.viet_asr.fbank import Array
from tasks.engines.stt.viet_asr.network import OUTPUT_SECONDS

BLANK: Final = 0
WORD: Final = "▁"
"""What a piece begins with that begins a word."""

COMPLETE_SECONDS: Final = 0.4
"""So long after its last piece a word is over: within a word of our clips pieces were 0.36 s apart at most."""


@dataclass(frozen=True)
class Token:
    """A piece of text when it was heard."""

    text: str
    begins_word: bool
    start: float
    """Seconds from the start of the sound."""
    end: float
    probability: float
    """0…1, where the network was surest."""


class Greedy:
    """The likeliest piece of each frame, repeats and blanks left out. State is a few values, so that it is copied."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces
        self._frames = 0
        self._open: Token | None = None
        self._last = BLANK

    @property
    def heard(self) -> float:
        """Seconds that have been decoded."""
        return self._frames * OUTPUT_SECONDS

    def push(self, output: Array) -> list[Token]:
        """The tokens that are complete with these frames of log-probabilities."""
        found: list[Token] = []
        best: NDArray[np.int64] = output.argmax(axis=1)
        for piece, probability in zip(best.tolist(), np.exp(output.max(axis=1)).tolist(), strict=True):
            start = self._frames * OUTPUT_SECONDS
            self._frames += 1
            if piece == self._last and self._open:
                surest = max(self._open.probability, probability)
                self._open = replace(self._open, end=start + OUTPUT_SECONDS, probability=surest)
            elif piece != self._last:
                found += self.close()
                self._open = self._token(piece, start, probability)
            self._last = piece
        return found

    def close(self) -> list[Token]:
        """The token that was still open."""
        closed, self._open = self._open, None
        return [closed] if closed else []

    def _token(self, piece: int, start: float, probability: float) -> Token | None:
        text = self._pieces[piece]
        if piece == BLANK or text.startswith("<"):
            return None
        begins = text.startswith(WORD)
        return Token(text.removeprefix(WORD), begins, start, start + OUTPUT_SECONDS, probability)

    @property
    def open(self) -> bool:
        """Whether the last frame's piece may go on."""
        return self._open is not None


def words_of(tokens: Iterable[Token]) -> list[list[Token]]:
    """Tokens by words."""
    groups: list[list[Token]] = []
    for token in tokens:
        if token.begins_word or not groups:
            groups.append([])
        groups[-1].append(token)
    return groups


def word_of(tokens: Sequence[Token]) -> Word:
    """One word of its tokens."""
    probability = sum(token.probability for token in tokens) / len(tokens)
    return Word("".join(token.text for token in tokens), tokens[0].start, tokens[-1].end, probability)
