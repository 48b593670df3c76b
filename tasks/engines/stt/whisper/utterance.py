"""An utterance of Whisper: what follows its certain words is decoded again and again, and the sound before forgotten.

The certain words within the sound that is kept are how each decoding begins, and those before it its context, so that a
decoding costs the same at the first second and at the sixtieth.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tasks.engines.base import Effort, Word
from tasks.engines.listening import Utterance
from tasks.engines.stt.sound import MAX_SECONDS, RATE, SILENCE_PEAK, Samples
from tasks.engines.stt.whisper.certainty import Policy, certain, key, oldest_kept
from tasks.engines.stt.whisper.decoder import Given
from tasks.engines.stt.whisper.doubt import refusal
from tasks.engines.stt.whisper.loops import crowded
from tasks.engines.stt.whisper.pace import Pace
from tasks.engines.stt.whisper.sound import raised
from tasks.engines.stt.whisper.transcriber import GREEDY_FIRST, Transcriber
from tasks.engines.stt.whisper.words import unheard_from

_MIN_SAMPLES: Final = RATE // 10
"""A shorter sound holds no word."""
_AT_A_TIME: Final = 4 * RATE
"""Samples heard between two decodings at most, where much comes at once."""
REST_SECONDS: Final = 0.8
"""Sound after the last word of a decoding from which on what is after it is heard by itself."""
MIN_REST_SECONDS: Final = 0.4
"""Sound without a pause before it that is worth that."""
_HYPHENS: Final = "-\u2010"
_FORGOTTEN_WORDS: Final = 64
"""Words before some sound that are remembered for the decoder; it takes fewer."""


class WhisperUtterance(Utterance):
    """One utterance; see `Policy` for which words are certain."""

    def __init__(
        self,
        transcriber: Transcriber,
        pace: Pace,
        policy: Policy,
        language: str,
        hotwords: Sequence[str] = (),
        known: Sequence[Word] = (),
    ) -> None:
        """See `ListeningRecogniser.begin`."""
        self._transcriber = transcriber
        self._pace = pace
        self._policy = policy
        self._language = language
        self._hotwords = hotwords
        self._certain = list(known)
        self._first = 0
        """Of the certain words the first whose sound is kept."""
        self._sound = np.zeros(0, np.float32)
        self._begin = 0
        """Where it begins, in samples of the utterance."""
        self._before: list[Word] = []
        """What the last decoding had behind the certain words."""
        self._decoded = 0
        """Samples of the utterance that the last decoding has heard."""
        self._ended: tuple[int, list[Word]] | None = None
        if known:
            self._forget(known[-1].end)
            self.skipped, self._decoded = self._begin, round(known[-1].end * RATE)

    def feed(self, samples: Samples) -> None:
        """Hear on; see `Utterance.feed`."""
        while samples.size:
            more, samples = samples[:_AT_A_TIME], samples[_AT_A_TIME:]
            self._sound = np.concatenate([self._sound, more])
            new = self._heard - self._decoded
            if new >= _AT_A_TIME or new >= self._every() * RATE:
                began = time.monotonic()
                self._decode()
                self._pace.took(time.monotonic() - began)

    @property
    def certain(self) -> list[Word]:
        """The words so far; see `Utterance.certain`."""
        return list(self._certain)

    def ended(self) -> list[Word]:
        """All words; see `Utterance.ended`. Decoded with care, once for the same sound."""
        if self._ended is None or self._ended[0] != self._heard:
            self._ended = self._heard, self._end()
        return self._ended[1]

    @property
    def _heard(self) -> int:
        """Samples of the utterance so far."""
        return self._begin + self._sound.size

    @property
    def _known(self) -> list[Word]:
        """The certain words within the sound that is kept."""
        return self._certain[self._first :]

    def _every(self) -> float:
        return self._pace.every(self, self._policy.every, self._policy.slowest)

    def _given(self) -> Given:
        before = self._certain[max(0, self._first - _FORGOTTEN_WORDS) : self._first]
        return Given(_text(before), _text(self._known))

    def _decode(self) -> None:
        now = self._heard / RATE
        self._decoded = self._heard
        if self._audible():
            mark, words = self._after_known(self._hypothesis())
            count = certain(words, self._before, now, self._language, self._policy)
            self._before = words[count:]
            self._take(mark, words[:count])
        self._forget(now)
        if now - self._begin / RATE > self._policy.longest:  # nothing has been certain for long
            mark, words = self._careful()
            self._take(mark, [word for word in words if word.end <= now - self._policy.ended])
            self._forget(now)
            self._drop(now)

    def _hypothesis(self) -> list[Word]:
        """The words of the sound that is kept; none where they are not to be believed.

        After a full stop the model often ends, however much sound there is: that is heard by itself then.
        """
        audio = raised(self._sound)
        words = self._heard_in(audio, self._given())
        if not words or audio.size / RATE - words[-1].end < REST_SECONDS:
            return words
        rest = unheard_from(audio, words[-1].end)
        if rest is None or audio.size / RATE - rest < MIN_REST_SECONDS:
            return words
        given = Given(_text([*self._certain[: self._first], *words][-_FORGOTTEN_WORDS:]))
        more = self._heard_in(audio[round(rest * RATE) :], given)
        return [*words, *(replace(word, start=word.start + rest, end=word.end + rest) for word in more)]

    def _heard_in(self, audio: Samples, given: Given) -> list[Word]:
        """The words of some sound, heard as carefully as whole segments are where the model knows the language less."""
        self.decodings += 1
        transcriber = self._transcriber
        effort = Effort.QUICK if self._language in GREEDY_FIRST else Effort.USUAL
        encoded, language = transcriber.encode_for(audio, self._language, effort)
        decoded = transcriber.decode(encoded, language, effort, self._hotwords, given=given)
        if decoded.looped or not decoded.whole or refusal(decoded, language):
            return []
        return list(transcriber.decoder.words(encoded, decoded.text, language))

    def _end(self) -> list[Word]:
        mark, words = self._careful()
        known = self.certain
        if known:
            known[-1] = replace(known[-1], text=known[-1].text + mark)
        return [*known, *words]

    def _careful(self) -> tuple[str, list[Word]]:
        """What `_after_known` gives of all of the sound that is kept."""
        if not self._audible():
            return "", []
        self.decodings += 1
        found = self._transcriber.transcribe(
            raised(self._sound), self._language, Effort.THOROUGH, self._hotwords, words=True, given=self._given()
        )
        return self._after_known(found.words)

    def _after_known(self, heard: Sequence[Word]) -> tuple[str, list[Word]]:
        """The marks after the last certain word, and the words behind it, with their times in the utterance.

        Whatever goes on within the last certain word is dropped, but for what a hyphen joins to it.
        """
        count, end = len(self._known), self._certain[-1].end if self._certain else 0.0
        offset = self._begin / RATE
        later = [replace(word, start=word.start + offset, end=word.end + offset) for word in heard]
        sure = max(count - 1, 0)
        if count > len(later) or _keys(later[:sure]) != _keys(self._known[:sure]):
            return "", []  # a loop was taken out of them
        mark, new = "", later[count:]
        if count:
            joined, text = later[count - 1], self._known[-1].text
            rest = joined.text[len(text) :] if joined.text.startswith(text) else ""
            inner = next((n for n, letter in enumerate(rest) if letter.isalnum()), len(rest))
            mark = rest[:inner]
            if inner < len(rest):
                mark = ""
                new = [replace(joined, text=rest[inner:]), *new] if rest[0] in _HYPHENS else new
        if crowded(new):  # they have no sound of their own: the decoder began with what was said before once more
            return "", []
        return mark, _in_order(new, end)

    def _take(self, mark: str, words: Sequence[Word]) -> None:
        """These are certain, too."""
        if not words:
            return
        if self._certain:
            self._certain[-1] = replace(self._certain[-1], text=self._certain[-1].text + mark)
        else:  # little sound seldom begins with a capital letter
            words = [replace(words[0], text=words[0].text[:1].upper() + words[0].text[1:]), *words[1:]]
        self._certain += words

    def _forget(self, now: float) -> None:
        """Keep the sound behind the certain words, and some seconds of theirs."""
        begin = self._begin / RATE
        if now - begin <= self._policy.keep:
            return
        first = self._first + oldest_kept(self._known, now, self._policy)
        if first > self._first:
            self._first = first
            begin = (self._certain[first - 1].end + self._certain[first].start) / 2
            self._begin_at(round(begin * RATE))

    def _drop(self, now: float) -> None:
        """Keep no more sound than can be decoded, whatever is in it."""
        begin = now - self._policy.keep
        if now - self._begin / RATE > self._policy.longest:
            self._first = next((n for n, word in enumerate(self._certain) if word.start >= begin), len(self._certain))
            self._begin_at(round(begin * RATE))

    def _begin_at(self, sample: int) -> None:
        self._sound = self._sound[sample - self._begin :]
        self._begin = sample

    def _audible(self) -> bool:
        enough = _MIN_SAMPLES <= self._sound.size <= MAX_SECONDS * RATE
        return enough and float(np.abs(self._sound).max()) >= SILENCE_PEAK


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _keys(words: Sequence[Word]) -> list[str]:
    return [key(word.text) for word in words]


def _in_order(words: Sequence[Word], end: float) -> list[Word]:
    """Words none of which begins before the one before it has ended."""
    found = []
    for word in words:
        start = round(max(word.start, end), 2)
        end = round(max(word.end, start), 2)
        found.append(replace(word, start=start, end=end))
    return found
