"""An utterance of the Vietnamese recogniser: sound in, words out as soon as they are certain."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Final

from tasks.engines.base import Word
from tasks.engines.listening import Utterance
from tasks.engines.stt.sound import RATE, SILENCE_PEAK, Samples
from tasks.engines.stt.viet_asr.ctc import COMPLETE_SECONDS, Greedy, Token, word_of, words_of
from tasks.engines.stt.viet_asr.network import Network

_MIN_SAMPLES: Final = RATE // 10
"""A shorter sound holds no word."""


class VietUtterance(Utterance):
    """One utterance. Greedy decoding changes nothing that it has found, so that what is complete is certain."""

    def __init__(self, network: Network) -> None:
        self._stream = network.begin()
        self._greedy = Greedy(network.pieces)
        self._certain: list[Word] = []
        self._pending: list[Token] = []
        """Of the word that may go on."""
        self._samples = 0
        self._peak = 0.0

    def feed(self, samples: Samples) -> None:
        """Hear on; see `Utterance.feed`."""
        self._samples += samples.size
        self._peak = max(self._peak, float(abs(samples).max(initial=0.0)))
        for output in self._stream.feed(samples):
            self._pending += self._greedy.push(output)
        self._settle()

    @property
    def certain(self) -> list[Word]:
        """The words so far; see `Utterance.certain`."""
        return self._certain

    def ended(self) -> list[Word]:
        """All words, with times within the sound; see `Utterance.ended`."""
        if self._samples < _MIN_SAMPLES or self._peak < SILENCE_PEAK:
            return list(self._certain)
        stream, greedy = self._stream.fork(), copy(self._greedy)
        rest = [token for output in stream.end() for token in greedy.push(output)]
        found = _words([*self._pending, *rest, *greedy.close()])
        seconds = self._samples / RATE
        return [
            replace(word, start=min(word.start, seconds), end=min(word.end, seconds))
            for word in [*self._certain, *found]
        ]

    def _settle(self) -> None:
        """Take words over that are complete: another has begun, or nothing has come for long enough."""
        groups = words_of(self._pending)
        if not groups:
            return
        waited = self._greedy.heard - groups[-1][-1].end
        complete = len(groups) if waited >= COMPLETE_SECONDS and not self._greedy.open else len(groups) - 1
        self._certain += [word for group in groups[:complete] if (word := word_of(group)).text]
        self._pending = [token for group in groups[complete:] for token in group]


def _words(tokens: list[Token]) -> list[Word]:
    return [word for group in words_of(tokens) if (word := word_of(group)).text]
