"""Speech as a telephone passes it on, with something in the bands that it leaves empty.

Bands without any sound are strange to the network, which was trained on sound that has some everywhere: it makes half
as many errors again. So no band above 3.3 kHz or below 330 Hz is let fall faster, away from the nearest ones of a
telephone's, than behind a soft filter. Speech whose bands are all there is hardly ever below that.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tasks.engines.stt.viet_asr.fbank import MIDDLES, Array

_HIGHEST_HZ: Final = 3_300.0
_LOWEST_HZ: Final = 330.0
"""Middles of the outermost bands that a telephone (300 to 3400 Hz) passes on whole."""

_NEAREST: Final = 4
"""Bands of which the mean counts."""
_STEP: Final = 2.0
"""Nepers (of power) between that mean and the first band beyond."""
_ABOVE: Final = 6.0
_BELOW: Final = 3.0
"""Nepers an octave from there on. Chosen on clips: docs/measurements/vietnamese.md."""

_TOP: Final = int(np.searchsorted(MIDDLES, _HIGHEST_HZ))
_BOTTOM: Final = int(np.searchsorted(MIDDLES, _LOWEST_HZ))
_FALL_ABOVE: Final = (_STEP + _ABOVE * np.log2(MIDDLES[_TOP:] / MIDDLES[_TOP - 1])).astype(np.float32)
_FALL_BELOW: Final = (_STEP + _BELOW * np.log2(MIDDLES[_BOTTOM] / MIDDLES[:_BOTTOM])).astype(np.float32)


def filled(frames: Array) -> Array:
    """Frames of the filter bank, shape (frames, bands), with those of the outer bands that are too low raised."""
    highest = _mean(frames[:, _TOP - _NEAREST : _TOP]) - _FALL_ABOVE
    lowest = _mean(frames[:, _BOTTOM : _BOTTOM + _NEAREST]) - _FALL_BELOW
    return np.concatenate(
        [
            np.maximum(frames[:, :_BOTTOM], lowest),
            frames[:, _BOTTOM:_TOP],
            np.maximum(frames[:, _TOP:], highest),
        ],
        axis=1,
    )


def _mean(bands: Array) -> Array:
    """The logarithm of the mean power, shape (frames, 1)."""
    mean: Array = np.log(np.exp(bands).mean(axis=1, keepdims=True))
    return mean
