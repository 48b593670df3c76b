"""The product's road from sound to captions, without network and clock: VAD, segmenter, recogniser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from app.media.audio.config import SegmenterConfig
from app.media.audio.segmenter import Ask, AskKind, Segmenter
from app.media.audio.tap import Chunk
from app.media.audio.vad import VoiceDetector
from tasks.engines.base import Effort, SpeechToText, Transcript
from tasks.engines.listening import ListeningRecogniser
from tasks.languages.text import GrowingText
from tasks.wire.messages import STT_RATE

Pcm = NDArray[np.int16]

STREAM_SECONDS: Final = SegmenterConfig().stream_every
"""Of sound that the bridge brings at a time of what is heard as a stream."""

EFFORTS = {AskKind.GROWTH: Effort.QUICK, AskKind.PAUSE: Effort.USUAL, AskKind.FINAL: Effort.THOROUGH}
"""As `tasks.actors.transcribe` makes it."""


def asks(pieces: Iterable[Pcm], *, streaming: bool = False) -> Iterator[Ask]:
    """What the bridge would ask of the worker for a track of 16 kHz audio that starts at time 0, in order.

    Args:
        pieces: the track.
        streaming: whether it is heard as a stream.
    """
    return asks_of(_chunks(pieces), streaming=streaming)


def asks_of(chunks: Iterable[Chunk], *, streaming: bool = False) -> Iterator[Ask]:
    """The same of a tap's chunks. Each ask has all the sound of its segment, in a stream too."""
    sound, of = np.zeros(0, np.int16), -1
    for ask in _asks_of(chunks, streaming=streaming):
        before = sound[: ask.offset] if ask.seq == of else sound[:0]
        sound, of = np.concatenate([before, ask.samples]), ask.seq
        yield replace(ask, samples=sound[: ask.length], offset=0)


def _asks_of(chunks: Iterable[Chunk], *, streaming: bool) -> Iterator[Ask]:
    detector, segmenter = VoiceDetector(), Segmenter()
    segmenter.streaming = streaming
    for chunk in chunks:
        for frame in detector.push(chunk):
            yield from segmenter.push(frame)
    yield from segmenter.flush()


def _chunks(pieces: Iterable[Pcm]) -> Iterator[Chunk]:
    time = 0.0
    for piece in pieces:
        yield Chunk(piece, time)
        time += len(piece) / STT_RATE


def segments(samples: Pcm, *, streaming: bool = False) -> list[Ask]:
    """The closed segments of a recording: its final asks."""
    return [ask for ask in asks([samples], streaming=streaming) if ask.final]


def streams(engine: SpeechToText, language: str | None) -> TypeGuard[ListeningRecogniser]:
    """Whether calls in a language are heard by this recogniser as streams."""
    return isinstance(engine, ListeningRecogniser) and language in engine.streamed


def heard(engine: SpeechToText, samples: Pcm, language: str | None) -> Transcript:
    """What becomes of a closed segment: where it is heard as a stream, piece by piece."""
    if language is None or not streams(engine, language):
        return engine.transcribe(samples.tobytes(), language)
    utterance = engine.begin(language)
    step = round(STREAM_SECONDS * STT_RATE)
    for piece in np.split(samples, range(step, len(samples), step)):
        utterance.feed(piece.astype(np.float32) / np.float32(32768))
    return engine.transcript(utterance.ended(), language, whole=True)


@dataclass(frozen=True)
class Shown:
    """What somebody would have read after one ask."""

    time: float
    """Seconds from the start of the track at which its speech began."""
    language: str
    text: str
    """Empty where there is nothing to read."""
    final: bool
    transcript: Transcript


def captions(pieces: Iterable[Pcm], engine: SpeechToText, languages: Iterable[str]) -> Iterator[Shown]:
    """What each ask of a track, interim ones included, gives rise to in each of some pinned languages."""
    spoken = tuple(languages)
    growing = dict.fromkeys(spoken, GrowingText())
    for ask in asks(pieces):
        for language in spoken:
            found = engine.transcribe(ask.samples.tobytes(), language, effort=EFFORTS[ask.kind])
            grown = growing[language].grown(found.text)
            text = found.text if ask.final else grown.shown
            growing[language] = GrowingText() if ask.final else grown
            yield Shown(ask.speech_start, language, text, ask.final, found)
