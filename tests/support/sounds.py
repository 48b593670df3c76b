"""Synthetic non-speech: keyboard-like clicks and mains hum, the same samples for the same seed.

No freely licensed recording of either was at hand, so these are generated and stand for the real thing only
roughly: bursts and a stationary tone are what makes a recogniser invent text.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
"""Sample rate of every sound here, Hz."""

Samples = NDArray[np.float32]


def keyboard(seconds: float = 10.0, *, seed: int = 7) -> Samples:
    """Typing: about six clicks a second, 25 ms decaying bursts of noise with peaks at 0.05 to 0.35 of full scale."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 10 ** (-66 / 20), int(seconds * RATE))
    burst = int(0.025 * RATE)
    decay = np.exp(-np.arange(burst) / (0.004 * RATE))
    at = 0.2
    while at < seconds - 0.1:
        start = int(at * RATE)
        sound[start : start + burst] += rng.uniform(0.05, 0.35) * decay * rng.uniform(-1, 1, burst)
        at += rng.gamma(4.0, 0.04)
    return sound.astype(np.float32)


def hum(seconds: float = 10.0, *, mains: float = 50.0, level_db: float = -35.0, seed: int = 7) -> Samples:
    """Mains hum at `mains` Hz with four overtones, over noise 20 dB below it; `level_db` is its RMS, dBFS."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    tone = sum(
        amplitude * np.sin(2 * np.pi * mains * k * t + k)
        for k, amplitude in ((1, 1.0), (2, 0.6), (3, 0.35), (4, 0.2), (6, 0.1))
    )
    tone = tone / np.sqrt(np.mean(np.square(tone)))
    sound = 10 ** (level_db / 20) * (tone + 0.1 * rng.normal(0, 1, t.size))
    return np.asarray(sound, dtype=np.float32)
