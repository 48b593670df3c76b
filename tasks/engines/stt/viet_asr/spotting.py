"""Hotwords in CTC output: where one is nearly as probable as what was decoded, it takes that's place.

A Viterbi search over each hotword's spellings in pieces runs beside the greedy decoding. Scores are relative to the
likeliest piece of each frame, so that the greedy path has 0 everywhere, and a hotword is heard where its path has not
lost more than the bonus for its length. After Andrusenko et al., "Fast Context-Biasing for CTC and Transducer ASR
models with CTC-based Word Spotter", 2024.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.stt.viet_asr.ctc import BLANK, WORD
from tasks.engines.stt.viet_asr.fbank import Array
from tasks.engines.stt.viet_asr.network import OUTPUT_SECONDS

BONUS: Final = 1.5
"""Nats for each letter of a hotword, the space before a word counting as one, after the first `FREE_LETTERS`.

On our clips foreign names lost 0.8 to 1.6 a letter where they were said, and 2.2 to 4.6 where the most similar other
words were, but for one at 1.35; see docs/measurements/vietnamese.md.
"""
FREE_LETTERS: Final = 2
"""Short words are like too many others."""

_NEVER: Final = np.float32(-1e9)
_Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Spotted:
    """A hotword that was heard."""

    text: str
    """Its words in small letters."""
    start: float
    """Seconds from the start of the sound."""
    end: float
    gain: float
    """Nats by which it is better than it need be."""


class Spellings:
    """All ways in which some hotwords are made of pieces: arcs from letter to letter, a graph for each hotword."""

    def __init__(self, pieces: Sequence[str], hotwords: Sequence[str]) -> None:
        numbers = {piece: number for number, piece in enumerate(pieces)}
        folded = (" ".join(unicodedata.normalize("NFC", word).casefold().split()) for word in hotwords)
        self.texts: list[str] = []
        arcs: list[tuple[int, int, int, int]] = []
        nodes = 0
        lengths: list[int] = []
        for text in dict.fromkeys(folded):
            letters = WORD + text.replace(" ", WORD)
            found = _arcs(letters, numbers)
            if text and any(end == len(letters) for _, end, _ in found):
                arcs += [(nodes + start, nodes + end, piece, len(self.texts)) for start, end, piece in found]
                lengths.append(len(letters))
                self.texts.append(text)
                nodes += len(letters) + 1
        table = np.array(arcs, np.int64).reshape(-1, 4)
        self.nodes = nodes
        self.start, self.end, self.piece, self.word = (table[:, column] for column in range(4))
        sizes = np.array(lengths, np.int64)
        self.bonus = np.maximum(0.0, BONUS * (sizes - FREE_LETTERS)).astype(np.float32)
        first = np.concatenate([[0], np.cumsum(sizes + 1)[:-1]]) if lengths else sizes
        self.first = self.start == first[self.word]
        self.last = self.end == (first + sizes)[self.word]
        self.progress = ((self.end - first[self.word]) / sizes[self.word]).astype(np.float32)
        self.by_end = np.argsort(self.end, kind="stable")
        ends, self.by_end_at = np.unique(self.end[self.by_end], return_index=True)
        self.ends = ends
        before, after = np.nonzero((self.end[:, None] == self.start[None]) & (self.piece[:, None] != self.piece[None]))
        order = np.argsort(after, kind="stable")
        self.before, self.after = before[order], after[order]
        self.into, self.into_at = np.unique(self.after, return_index=True)


def _arcs(letters: str, numbers: dict[str, int]) -> list[tuple[int, int, int]]:
    spans = ((start, end) for start in range(len(letters)) for end in range(start + 1, len(letters) + 1))
    return [(start, end, numbers[letters[start:end]]) for start, end in spans if letters[start:end] in numbers]


class Spotter:
    """Listens for hotwords in one utterance."""

    def __init__(self, spellings: Spellings) -> None:
        self._known = spellings
        self._frame = 0
        arcs, nodes = spellings.start.size, spellings.nodes
        self._on = np.full(arcs, _NEVER, np.float32)
        self._on_since: _Numbers = np.zeros(arcs, np.int64)
        self._between = np.full(nodes, _NEVER, np.float32)
        self._between_since: _Numbers = np.zeros(nodes, np.int64)
        self.spotted: list[Spotted] = []
        """What was heard, the best of each place."""

    def fork(self) -> Spotter:
        """One that has heard the same, and goes on by itself."""
        other = copy(self)  # the arrays are replaced and never written to
        other.spotted = list(self.spotted)
        return other

    def push(self, output: Array) -> None:
        """Hear some frames of log-probabilities."""
        relative = output - output.max(axis=1, keepdims=True)
        for frame in relative:
            self._advance(frame)
            self._frame += 1
            self._take()

    def open_since(self) -> float | None:
        """Where the earliest hotword began that is still being said, as far as one can tell; seconds."""
        known = self._known
        likely = self._on + known.bonus[known.word] * known.progress >= 0
        return float(self._on_since[likely].min()) * OUTPUT_SECONDS if likely.any() else None

    def _advance(self, frame: Array) -> None:
        known = self._known
        score, since = self._on.copy(), self._on_since.copy()
        _better(score, since, slice(None), self._between[known.start], self._between_since[known.start])
        if known.before.size:
            came = self._on[known.before]
            best = np.maximum.reduceat(came, known.into_at)
            runs = np.diff(np.append(known.into_at, came.size))
            winner = np.where(came == np.repeat(best, runs), self._on_since[known.before], -1)
            _better(score, since, known.into, best, np.maximum.reduceat(winner, known.into_at))
        fresh = known.first & (score < 0)
        score[fresh], since[fresh] = 0.0, self._frame
        score = np.maximum(score + frame[known.piece], _NEVER)
        between, between_since = self._between.copy(), self._between_since.copy()
        reached = self._on[known.by_end]
        best = np.maximum.reduceat(reached, known.by_end_at)
        runs = np.diff(np.append(known.by_end_at, reached.size))
        winner = np.where(reached == np.repeat(best, runs), self._on_since[known.by_end], -1)
        _better(between, between_since, known.ends, best, np.maximum.reduceat(winner, known.by_end_at))
        self._between = np.maximum(between + frame[BLANK], _NEVER)
        self._between_since = between_since
        self._on, self._on_since = score, since

    def _take(self) -> None:
        """Note hotwords that end with this frame."""
        known = self._known
        gain = self._on + known.bonus[known.word]
        for arc in np.flatnonzero(known.last & (gain >= 0)):
            start, end = float(self._on_since[arc]) * OUTPUT_SECONDS, self._frame * OUTPUT_SECONDS
            heard = Spotted(known.texts[known.word[arc]], start, end, float(gain[arc]))
            rivals = [other for other in self.spotted if other.start < heard.end and heard.start < other.end]
            if all(heard.gain > other.gain for other in rivals):
                self.spotted = [other for other in self.spotted if other not in rivals] + [heard]


def _better(score: Array, since: _Numbers, at: slice | _Numbers, other: Array, other_since: _Numbers) -> None:
    """Put the other values in the places `at` where they are higher."""
    higher = other > score[at]
    score[at] = np.where(higher, other, score[at])
    since[at] = np.where(higher, other_since, since[at])
