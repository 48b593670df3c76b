"""People who take turns at one microphone with hardly a pause between them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.harness.recordings import RATE, recordings

PAUSE: Final = 0.2
"""Seconds."""
ROOM: Final = 20.0
"""Amplitude of what is heard where nobody speaks: no room is quite silent."""

Pcm = NDArray[np.int16]


def still(seconds: float) -> Pcm:
    """A room in which nobody speaks, 16 kHz."""
    return np.random.default_rng(1).normal(0, ROOM, round(seconds * RATE)).astype(np.int16)


def speech(name: str) -> Pcm:
    """The speech of a recording, six seconds at most, without the stillness at its ends."""
    samples = np.frombuffer(recordings()[name].pcm(), np.int16)
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 20)
    return samples[loud[0] : loud[-1]][: 6 * RATE]


def in_one_breath(one: str, other: str) -> Pcm:
    """Two recordings one after the other."""
    return np.concatenate([speech(one), still(PAUSE), speech(other)])
