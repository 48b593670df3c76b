"""What Whisper hears: PCM as samples at a level it knows, and their log-mel over a window of its own length."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from tasks.engines.stt.sound import MAX_SECONDS, RATE, Samples, samples_of

WINDOW: Final = MAX_SECONDS
"""Seconds that the model hears at most."""

FRAME: Final = 0.01
"""Seconds of one frame of the log-mel; the encoder makes one of two."""

LEVEL_DB: Final = -20.0
"""Speech under this level (RMS, dBFS) is raised to it, as far as its peak lets it be: the log-mel is not
level-invariant (docs/measurements/recogniser.md)."""


def audible(pcm: bytes) -> Samples | None:
    """Mono s16le at `RATE` as samples, raised where they are quiet; None where there is nothing to hear."""
    audio = samples_of(pcm)
    return None if audio is None else raised(audio)


def raised(audio: Samples) -> Samples:
    """Samples at the level that the model knows, where they are quieter; not for digital silence."""
    level = 10 * math.log10(float(np.mean(np.square(audio, dtype=np.float64))))
    if level >= LEVEL_DB:
        return audio
    peak = float(np.abs(audio).max())
    return audio * np.float32(min(10 ** ((LEVEL_DB - level) / 20), 0.99 / peak))


class LogMel:
    """The log-mel of one kind of model."""

    def __init__(self, bands: int) -> None:
        self._extract = FeatureExtractor(feature_size=bands)

    def __call__(self, audio: Samples, window: float) -> Samples:
        """`audio` and the silence up to `window` seconds, shape (1, bands, frames of `FRAME`, an even number)."""
        frames = math.ceil(window / FRAME / 2) * 2
        padded = np.zeros(frames * int(RATE * FRAME), np.float32)
        heard = audio[: padded.size]
        padded[: heard.size] = heard
        return np.ascontiguousarray(self._extract(padded, padding=0)[None, :, :frames], np.float32)
