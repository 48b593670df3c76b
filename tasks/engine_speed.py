"""How fast an engine is on this machine, from one short job done right after warming up."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tasks.engines.base import Effort, Engine, EngineError, SpeechToText, TextToSpeech, Translator
from tasks.engines.listening import ListeningRecogniser
from tasks.languages import LANGUAGES
from tasks.wire.messages import STT_RATE

METHOD: Final = "3"
"""Changes with how speed is measured, and with what engines do: what was measured before holds no longer."""

SENTENCES: Final = {code: known.samples.speed for code, known in LANGUAGES.items() if known.samples.speed}
SPEECH: Final = Path(__file__).parent / "recordings" / "speed-en.flac"
"""What recognisers are tried with, in English. Noise would cost less than half of it: words are what takes the time."""
PIECE_SECONDS: Final = 2.0
"""Of sound that comes at a time where it is heard as a stream: so seldom is it decoded on a busy machine, where words
come later before a voice is taken away."""
DECODED: Final = 2.0
"""How often speech that is not heard as a stream is decoded on average: while it grows, and once at its end."""
SENTENCE_SECONDS: Final = 4.0
"""Seconds that one of `SENTENCES` takes to say."""


class Speed(NamedTuple):
    """The speed of a loaded engine."""

    words: str
    """For a person."""
    cost: float | None = None
    """Seconds of work for a second of somebody's speech; None where that could not be measured."""


def of(engine: Engine, *, remote: bool) -> Speed:
    """The speed of a loaded engine; says so where it cannot be measured without being used for real.

    Args:
        engine: warmed up.
        remote: whether what it is given leaves this machine.
    """
    if remote:
        return Speed("not measured: it would send text to another machine")
    if isinstance(engine, SpeechToText):
        pcm = _speech()
        seconds = len(pcm) / 2 / STT_RATE
        if isinstance(engine, ListeningRecogniser) and engine.streamed:
            took = _seconds(lambda: _listened(engine, pcm))
            return Speed(f"{took * 1000:.0f} ms for {seconds:.1f} s of speech, as a stream", took / seconds)
        took = _seconds(lambda: engine.transcribe(pcm, _english_or_any(engine.languages), effort=Effort.USUAL))
        return Speed(f"{took * 1000:.0f} ms for {seconds:.1f} s of speech", DECODED * took / seconds)
    if isinstance(engine, Translator):
        source, target = min((pair for pair in engine.pairs if pair[0] in SENTENCES), default=("", ""))
        if not source:
            return Speed("not measured: there is no sentence to try")
        took = _seconds(lambda: _translated(engine, source, target))
        return Speed(f"{took * 1000:.0f} ms a sentence", took / SENTENCE_SECONDS)
    if isinstance(engine, TextToSpeech):
        return _tts(engine)
    return Speed("not measured: it is of no known kind")


def _speech() -> bytes:
    """`SPEECH` as 16-bit samples at `STT_RATE`."""
    import av

    with av.open(str(SPEECH)) as container:
        return b"".join(frame.to_ndarray().astype("<i2").tobytes() for frame in container.decode(audio=0))


def _listened(engine: ListeningRecogniser, pcm: bytes) -> None:
    """Hear a sound as a stream, to its end."""
    import numpy as np

    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    utterance, piece = engine.begin(_english_or_any(engine.streamed)), round(PIECE_SECONDS * STT_RATE)
    for at in range(0, samples.size, piece):
        utterance.feed(samples[at : at + piece])
    utterance.ended()


def _english_or_any(languages: Set[str]) -> str:
    return "en" if "en" in languages else min(languages)


def _tts(engine: TextToSpeech) -> Speed:
    language = min(engine.languages & SENTENCES.keys(), default=None)
    clauses = engine.clauses(SENTENCES[language], language) if language else []
    if language is None or not clauses:
        return Speed("not measured: there is no sentence to try")
    first = _seconds(lambda: next(engine.pieces(clauses[0], language)))
    started = time.monotonic()
    audio = engine.speak(clauses[-1], language)
    share = (time.monotonic() - started) * audio.rate / audio.samples
    return Speed(f"first sound after {first * 1000:.0f} ms, {share:.2f} of real time", share)


def _translated(engine: Translator, source: str, target: str) -> None:
    with suppress(EngineError):  # a guard has refused the draft, which took as long as one that is shown
        engine.translate(SENTENCES[source], source, target)


def _seconds(job: Callable[[], object]) -> float:
    started = time.monotonic()
    job()
    return time.monotonic() - started
