"""Synthetic non-speech: typing, mains hum, breathing, coloured noise; the same samples for the same seed.

No freely licensed recordings of them were at hand, so these are generated and stand for the real thing only
roughly: bursts, a stationary tone and slow swells of noise are what makes a recogniser invent text.
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


def coloured(seconds: float = 10.0, *, slope: float = 1.0, level_db: float = -40.0, seed: int = 7) -> Samples:
    """Noise whose power falls as 1/f to the power `slope` (0 white, 1 pink, 2 brown); `level_db` is its RMS, dBFS."""
    rng = np.random.default_rng(seed)
    size = int(seconds * RATE)
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20.0)
    spectrum = np.fft.rfft(rng.normal(0, 1, size)) * frequencies ** (-slope / 2)
    sound = np.fft.irfft(spectrum, size)
    return np.asarray(10 ** (level_db / 20) * sound / np.sqrt(np.mean(np.square(sound))), dtype=np.float32)


def breathing(seconds: float = 10.0, *, level_db: float = -35.0, seed: int = 7) -> Samples:
    """Breath at a headset microphone: swells of pink noise, in for 1.2 s and out for 1.8 s, rests between."""
    rng = np.random.default_rng(seed)
    envelope = np.zeros(int(seconds * RATE))
    at = rng.uniform(0, 0.5)
    for turn in range(int(seconds)):
        length = rng.uniform(0.9, 1.5) if turn % 2 == 0 else rng.uniform(1.3, 2.3)
        swell = np.sin(np.pi * np.arange(int(length * RATE)) / (length * RATE)) ** 2 * rng.uniform(0.5, 1.0)
        start = int(at * RATE)
        room = envelope[start : start + swell.size]
        room += swell[: room.size]
        at += length + rng.uniform(0.1, 0.9)
    return np.asarray(coloured(seconds, level_db=level_db, seed=seed) * envelope, dtype=np.float32)
