"""PCM as samples, and whether there is anything to hear."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import EngineError

RATE: Final = 16_000
"""Hz, of all that is recognised."""
MAX_SECONDS: Final = 30.0
"""Of one utterance."""

SILENCE_PEAK: Final = 1e-4
"""Peak of full scale under which there is nothing to hear (-80 dBFS; the quietest speech met had -67 RMS)."""

Samples = NDArray[np.float32]


def samples_of(pcm: bytes) -> Samples | None:
    """Mono s16le at `RATE` as samples from -1 to 1; None where there is nothing to hear.

    Raises:
        EngineError: it is longer than `MAX_SECONDS`.
    """
    if len(pcm) > MAX_SECONDS * RATE * 2:
        raise EngineError(f"a segment of more than {MAX_SECONDS:.0f} s cannot be transcribed: lower SEGMENT_MAX")
    audio = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    if audio.size < RATE // 10 or float(np.abs(audio).max()) < SILENCE_PEAK:
        return None
    return audio
