"""An utterance of the Vietnamese recogniser: sound in, words out as soon as they are certain."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Final

from tasks.engines.base import Word
from tasks.engines.listening import Utterance
from tasks.engines.stt.sound import RATE, SILENCE_PEAK, Samples
from tasks.engines.stt.viet_asr.ctc import COMPLETE_SECONDS, Greedy, Token, word_of, words_of
from tasks.engines.stt.viet_asr.fbank import Array
from tasks.engines.stt.viet_asr.network import Network
from tasks.engines.stt.viet_asr.spotting import Spellings, Spotted, Spotter

_MIN_SAMPLES: Final = RATE // 10
"""A shorter sound holds no word."""


class VietUtterance(Utterance):
    """One utterance.

    Greedy decoding changes nothing that it has found, so that a complete word is certain, unless a hotword may be on
    its way that would take its place.
    """

    def __init__(self, network: Network, spellings: Spellings | None, known: Sequence[Word] = ()) -> None:
        """`spellings`: of the hotwords, None where there are none; `known`: see `ListeningRecogniser.begin`."""
        self._known = list(known)
        self._stream = network.begin()
        self._greedy = Greedy(network.pieces)
        self._spotter = Spotter(spellings) if spellings else None
        self._certain: list[Word] = []
        self._pending: list[Token] = []
        """Of the words that may change."""
        self._samples = 0
        self._peak = 0.0

    def feed(self, samples: Samples) -> None:
        """Hear on; see `Utterance.feed`."""
        self._samples += samples.size
        self._peak = max(self._peak, float(abs(samples).max(initial=0.0)))
        for output in self._stream.feed(samples):
            self._push(output)
            self._settle()

    @property
    def certain(self) -> list[Word]:
        """The words so far; see `Utterance.certain`."""
        return self._after_known(self._certain)

    def ended(self) -> list[Word]:
        """All words, with times within the sound; see `Utterance.ended`."""
        if self._samples < _MIN_SAMPLES or self._peak < SILENCE_PEAK:
            return self.certain
        seconds = self._samples / RATE
        words = [
            replace(word, start=min(word.start, seconds), end=min(word.end, seconds)) for word in self._fork()._close()
        ]
        return self._after_known(words)

    def _after_known(self, words: list[Word]) -> list[Word]:
        """The words with the known ones in place of those that were heard of the same sound."""
        if not self._known:
            return list(words)
        end = self._known[-1].end
        return [*self._known, *(word for word in words if (word.start + word.end) / 2 > end)]

    def _fork(self) -> VietUtterance:
        other = copy(self)
        other._stream, other._greedy = self._stream.fork(), copy(self._greedy)
        other._spotter = self._spotter.fork() if self._spotter else None
        other._certain, other._pending = list(self._certain), list(self._pending)
        return other

    def _close(self) -> list[Word]:
        for output in self._stream.end():
            self._push(output)
            self._settle()
        self._pending += self._greedy.close()
        groups = words_of(self._pending)
        return [*self._certain, *_with(_words(groups), self._spotter.spotted if self._spotter else [])]

    def _push(self, output: Array) -> None:
        self._pending += self._greedy.push(output)
        if self._spotter:
            self._spotter.push(output)

    def _settle(self) -> None:
        """Take words over that are certain."""
        groups = words_of(self._pending)
        if not groups:
            return
        waited = self._greedy.heard - groups[-1][-1].end
        complete = len(groups) if waited >= COMPLETE_SECONDS and not self._greedy.open else len(groups) - 1
        spotted: list[Spotted] = []
        if self._spotter:
            open_from = self._spotter.open_since()
            known = self._spotter.spotted
            limit = groups[complete][0].start if complete < len(groups) else self._greedy.heard
            holds = [hotword.start for hotword in known if hotword.end > limit]
            holds += [] if open_from is None else [open_from]
            while complete and groups[complete - 1][-1].end > min(holds, default=self._greedy.heard):
                complete -= 1
            end = groups[complete - 1][-1].end if complete else 0.0
            spotted = [hotword for hotword in known if hotword.start < end]
            self._spotter.spotted = [hotword for hotword in known if hotword not in spotted]
        self._certain += _with(_words(groups[:complete]), spotted)
        self._pending = [token for group in groups[complete:] for token in group]


def _words(groups: list[list[Token]]) -> list[Word]:
    return [word for group in groups if (word := word_of(group)).text]


def _with(words: list[Word], spotted: list[Spotted]) -> list[Word]:
    """The words with hotwords in place of those that they overlap for the most part."""
    for hotword in spotted:
        covered = [word for word in words if hotword.start <= (word.start + word.end) / 2 <= hotword.end]
        if not covered:
            continue
        at = words.index(covered[0])
        words = [*words[:at], *_spoken(hotword, covered), *words[at + len(covered) :]]
    return words


def _spoken(hotword: Spotted, covered: list[Word]) -> list[Word]:
    """The words of a hotword, which share the time of those that they replace."""
    texts, start, end = hotword.text.split(), covered[0].start, covered[-1].end
    probability = sum(word.probability for word in covered) / len(covered)
    times = [start + (end - start) * number / len(texts) for number in range(len(texts) + 1)]
    return [Word(text, times[n], times[n + 1], probability) for n, text in enumerate(texts)]
