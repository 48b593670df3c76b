"""What is said in a room, segment by segment: drawn, or heard in recordings by the bridge's own segmenter."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from app.media.audio.config import SegmenterConfig
from app.media.audio.segmenter import Ask, AskKind, Segmenter
from app.media.audio.tap import ABSENCE_SECONDS, MAX_SILENCE_SECONDS, Chunk
from app.media.audio.vad import FRAME_SECONDS, VoiceDetector
from ops.harness.callers import TURN_GAP_SECONDS, turns
from ops.harness.recordings import recordings
from ops.measure.capacity.service import Service
from tasks.wire.messages import STT_RATE

SEGMENTER: Final = SegmenterConfig()


@dataclass(frozen=True)
class Piece:
    """One segment of a turn. Its times are seconds after the turn began."""

    language: str
    begun: float
    """When its speech began."""
    ended: float
    """When that ended."""
    pauses: tuple[float, ...]
    """When it seemed that it had: what has been heard by then is worked out to its end. Perhaps the last is the end."""
    closed: float
    """When that is known."""

    @property
    def speech(self) -> float:
        """Seconds from its first to its last voiced moment."""
        return self.ended - self.begun


@dataclass(frozen=True)
class Turn:
    """What one person says, until the next one begins."""

    pieces: tuple[Piece, ...]
    lasts: float
    """Seconds, the silence after it included."""


@dataclass(frozen=True)
class Talk:
    """How a room talks: one person at a time, in two languages."""

    utterance: float = 5.0
    """Mean seconds of an utterance; gamma with shape 3."""
    pause: float = 1.5
    """Mean seconds between the end of one and the beginning of the next, exponential."""


def drawn(talk: Talk, service: Service, rng: random.Random) -> Iterator[Turn]:
    """Turns for ever; the first is silence, so that rooms do not speak in chorus."""
    yield Turn((), rng.uniform(0, talk.utterance + talk.pause))
    languages = sorted(service.languages)
    while True:
        silence = rng.expovariate(1 / talk.pause) if talk.pause else 0.0
        language, length = rng.choice(languages), rng.gammavariate(3, talk.utterance / 3)
        begins = np.arange(0.0, length, SEGMENTER.stream_max).tolist()
        pieces = [_piece(language, begin, length - begin, service, rng) for begin in begins]
        yield Turn(tuple(pieces), length + silence)


def _piece(language: str, begin: float, left: float, service: Service, rng: random.Random) -> Piece:
    """The segment that begins so many seconds after its turn, of which as many seconds are left."""
    length = min(left, SEGMENTER.stream_max)
    pauses, at = [], begin
    while (at := at + (rng.expovariate(service.pauses) if service.pauses else math.inf)) < begin + length:
        pauses.append(at)
    ended = begin + length
    if left > length:  # cut
        return Piece(language, begin, ended, tuple(pauses), ended)
    closed = ended + max(SEGMENTER.tail, service.endpoint)
    return Piece(language, begin, ended, (*pauses, ended + SEGMENTER.tail), closed)


def spoken(people: int, call: int, seconds: float) -> Iterator[Turn]:
    """What callers of `make load` say in so many seconds, recording by recording."""
    begun = 0.0
    for name in turns(people, call):
        turn = segmented(name)
        if begun + turn.lasts > seconds + TURN_GAP_SECONDS:
            return
        begun += turn.lasts
        yield turn


@cache
def segmented(recording: str) -> Turn:
    """A recording as the bridge cuts it: after its end the clock makes the stream go on, `ABSENCE_SECONDS` later."""
    clip = recordings()[recording]
    samples = np.frombuffer(clip.pcm(), "<i2").astype(np.int16)
    stream = np.concatenate([samples, np.zeros(int(MAX_SILENCE_SECONDS * STT_RATE), np.int16)])
    segmenter, asked = Segmenter(SEGMENTER), list[tuple[float, Ask]]()
    segmenter.streaming = True
    for frame in VoiceDetector().push(Chunk(stream, 0.0)):
        at = frame.time + FRAME_SECONDS
        late = ABSENCE_SECONDS if at > clip.duration_s else 0.0
        asked += [(at + late, ask) for ask in segmenter.push(frame)]
    pieces = []
    for closed, final in [(at, ask) for at, ask in asked if ask.final]:
        pauses = tuple(at for at, ask in asked if ask.seq == final.seq and ask.kind is AskKind.PAUSE)
        pieces.append(Piece(clip.language, final.speech_start, final.speech_end, pauses, closed))
    return Turn(tuple(pieces), clip.duration_s + TURN_GAP_SECONDS)
