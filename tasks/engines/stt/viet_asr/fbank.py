"""Kaldi's log mel filter bank, as sound arrives: 25 ms every 10 ms, 80 bands, no dither, samples in the int16 range.

As `kaldi_native_fbank` with `snip_edges`, Povey's window and 512 points; differs from it by rounding only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

RATE: Final = 16_000
BANDS: Final = 80
WINDOW: Final = 400
"""Samples of a frame."""
STEP: Final = 160
"""Samples from one frame to the next."""

_FULL_SCALE: Final = 32_768
_POINTS: Final = 512
_PRE_EMPHASIS: Final = 0.97
_LOWEST_HZ: Final = 20.0
_FLOOR: Final = float(np.finfo(np.float32).eps)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127 * np.log1p(hertz / 700)


_LOWEST, _HIGHEST = _mel(np.array([_LOWEST_HZ, RATE / 2]))
_EDGES: Final = np.linspace(_LOWEST, _HIGHEST, BANDS + 2)
"""Of the bands, in mel: each goes from one edge to the next but one."""
MIDDLES: Final = 700 * np.expm1(_EDGES[1:-1] / 1127)
"""Hertz."""


def _filters() -> Array:
    """Triangles on the mel scale: shape (points / 2 + 1, `BANDS`); the topmost point belongs to none."""
    left, middle, right = _EDGES[:-2], _EDGES[1:-1], _EDGES[2:]
    points = _mel(np.arange(_POINTS // 2) * RATE / _POINTS)[:, None]
    rising, falling = (points - left) / (middle - left), (right - points) / (right - middle)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.vstack([triangles, np.zeros(BANDS)]).astype(np.float32)


_FILTERS: Final = _filters()
_POVEY: Final = (np.hanning(WINDOW) ** 0.85).astype(np.float32)


class Fbank:
    """The filter bank of one stream: keeps the samples that the next frame begins with."""

    def __init__(self) -> None:
        self._rest: Array = np.zeros(0, np.float32)

    def __call__(self, samples: Array) -> Array:
        """The frames that are complete with these samples (-1…1, 16 kHz): shape (frames, `BANDS`)."""
        heard = np.concatenate([self._rest, samples * np.float32(_FULL_SCALE)])
        frames = max(0, 1 + (heard.size - WINDOW) // STEP)
        self._rest = heard[frames * STEP :]
        if not frames:
            return np.zeros((0, BANDS), np.float32)
        cut = np.lib.stride_tricks.sliding_window_view(heard, WINDOW)[: frames * STEP : STEP]
        cut = cut - cut.mean(axis=1, keepdims=True)
        before = np.concatenate([cut[:, :1], cut[:, :-1]], axis=1)
        spectrum = np.fft.rfft((cut - np.float32(_PRE_EMPHASIS) * before) * _POVEY, _POINTS)
        power = np.square(np.abs(spectrum)).astype(np.float32)
        found: Array = np.log(np.maximum(power @ _FILTERS, np.float32(_FLOOR)))
        return found
