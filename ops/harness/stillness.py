"""A call in which nobody speaks: silence, noise, hum, music, breathing, typing, mixed at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.harness.sounds import RATE, Samples, breathing, coloured, hum, keyboard

MIN_SCENE_SECONDS: Final = 3.0
MAX_SCENE_SECONDS: Final = 20.0
"""Seconds of one scene."""

MIN_LEVEL_DBFS: Final = -70.0
MAX_LEVEL_DBFS: Final = -14.0
"""RMS of a source, dBFS: from under the noise of a good microphone to music played into it."""

SILENT_SHARE: Final = 0.1
"""How often a scene is digital silence: a muted microphone."""

_FADE: Final = 0.05


def synthetic(seed: int) -> list[Samples]:
    """Sounds made for one stream, other ones for every seed."""
    return [
        keyboard(MAX_SCENE_SECONDS, seed=seed),
        hum(MAX_SCENE_SECONDS, mains=50, seed=seed),
        hum(MAX_SCENE_SECONDS, mains=60, seed=seed),
        breathing(MAX_SCENE_SECONDS, seed=seed),
        breathing(MAX_SCENE_SECONDS, seed=seed + 1),
        coloured(MAX_SCENE_SECONDS, slope=0, seed=seed),
        coloured(MAX_SCENE_SECONDS, slope=1, seed=seed),
        coloured(MAX_SCENE_SECONDS, slope=2, seed=seed),
    ]


def stillness(recordings: Sequence[Samples], seconds: float, *, seed: int) -> Iterator[NDArray[np.int16]]:
    """About `seconds` of 16 kHz audio, scene by scene: one to three sources, each at a random level and place.

    Args:
        recordings: non-speech recordings that are mixed with the synthetic sounds.
        seconds: length of it all.
        seed: the same seed gives the same samples.
    """
    rng = np.random.default_rng(seed)
    sources = [*(recording for recording in recordings if np.abs(recording).max(initial=0) > 0), *synthetic(seed)]
    left = seconds
    while left > 0:
        length = float(rng.uniform(MIN_SCENE_SECONDS, MAX_SCENE_SECONDS))
        left -= length
        scene = np.zeros(int(length * RATE), np.float64)
        if rng.random() >= SILENT_SHARE:
            for _ in range(int(rng.integers(1, 4))):
                source = sources[int(rng.integers(len(sources)))]
                scene += _placed(source, scene.size, float(rng.uniform(MIN_LEVEL_DBFS, MAX_LEVEL_DBFS)), rng)
        fade = np.minimum(1.0, np.arange(scene.size) / (_FADE * RATE))
        scene *= fade * fade[::-1]
        yield np.clip(np.rint(scene * 32767), -32768, 32767).astype(np.int16)


def _placed(source: Samples, size: int, level_db: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """`source` from a random point on, repeated to `size` samples, at `level_db` RMS."""
    turned = np.roll(source, int(rng.integers(source.size)))
    long = np.tile(turned, size // source.size + 1)[:size].astype(np.float64)
    loudness = np.sqrt(np.mean(np.square(long)))
    return long * (10 ** (level_db / 20) / loudness) if loudness > 0 else long
