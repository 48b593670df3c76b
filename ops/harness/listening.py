"""What a listener understood: Whisper as faster-whisper runs it (30 s window, beam 5), apart from our own decoder."""

from __future__ import annotations

from functools import cache

import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from tasks.engines.base import Word
from tasks.wire.environment import TaskConfig


@cache
def _model() -> WhisperModel:
    folder = TaskConfig().models_dir / "whisper-base"
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)


def understood(samples: NDArray[np.float32], language: str) -> str:
    """The words in 16 kHz mono samples, taken to be in one language."""
    segments, _ = _model().transcribe(samples, language=language, beam_size=5, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


def timed(samples: NDArray[np.float32], language: str) -> list[Word]:
    """The same words one by one, with their times in seconds of the samples."""
    segments, _ = _model().transcribe(
        samples, language=language, beam_size=5, condition_on_previous_text=False, word_timestamps=True
    )
    found = [word for segment in segments for word in segment.words or ()]
    return [Word(word.word.strip(), word.start, word.end, word.probability) for word in found]


def loudness(samples: NDArray[np.float32]) -> float:
    """Root mean square in dBFS; -120 for nothing at all."""
    return float(10 * np.log10(np.mean(samples**2) + 1e-12)) if len(samples) else -120.0
