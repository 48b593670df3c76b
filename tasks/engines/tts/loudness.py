"""Making every voice equally loud, and trimming the silence that engines put around a clause."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import Audio

Samples = NDArray[np.float32]

TARGET_DB: Final = -20.0
"""Level of active speech, dBFS RMS, that every voice is brought to."""

CEILING: Final = 10 ** (-1 / 20)
"""Peak, of full scale, that nothing exceeds: 1 dB of room for the encoder's overshoot."""

SILENCE_DB: Final = -60.0
"""Level, dBFS RMS, that nothing of a voice is as quiet as, once it is as loud as every other."""

_FRAME_SECONDS: Final = 0.02
_ACTIVE_DB: Final = -30.0
"""Frames this far below the loudest are pauses: the idea of ITU-T P.56, simplified to fixed frames."""

_LEAD_SECONDS: Final = 0.03
_PAUSES: Final = {
    ",": 0.12,
    ";": 0.2,
    ":": 0.2,
    "—": 0.15,
    "\u2013": 0.15,
    ".": 0.3,
    "!": 0.3,
    "?": 0.3,
    "…": 0.35,
}
_NO_PAUSE: Final = 0.03


def _frame_powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    size = max(1, int(_FRAME_SECONDS * rate))
    whole = samples[: samples.size // size * size].astype(np.float64).reshape(-1, size)
    powers: NDArray[np.float64] = np.mean(np.square(whole), axis=1)
    return powers


def active_level(samples: Samples, rate: int) -> float:
    """RMS of the voiced parts of `samples`, dBFS; -inf when there are none."""
    powers = _frame_powers(samples, rate)
    if powers.size == 0 or powers.max() <= 0:
        return -math.inf
    active = powers[powers >= powers.max() * 10 ** (_ACTIVE_DB / 10)]
    return 10 * math.log10(float(active.mean()))


def gain_for(samples: Samples, rate: int) -> float:
    """The factor that brings a voice, judged by this sample of it, to `TARGET_DB`."""
    level = active_level(samples, rate)
    return 1.0 if math.isinf(level) else float(10 ** ((TARGET_DB - level) / 20))


def finish(samples: Samples, rate: int, *, gain: float, clause: str) -> Audio:
    """A clause as it is played: trimmed, at its level, not clipped, with its closing pause.

    One gain holds for all clauses of a voice, so that loudness does not jump between them; a clause whose
    peak would pass `CEILING` is turned down as a whole. The pause is as long as the last character asks.
    """
    spoken = trim(samples, rate) * np.float32(gain)
    peak = float(np.abs(spoken).max(initial=0.0))
    if peak > CEILING:
        spoken = spoken * np.float32(CEILING / peak)
    return Audio(to_pcm(np.concatenate([spoken, closing_pause(clause, rate)])), rate)


def closing_pause(clause: str, rate: int) -> Samples:
    """The silence that follows a clause."""
    closing = clause.rstrip("\"\u201d\u2019»)]' ")[-1:]
    return np.zeros(int(_PAUSES.get(closing, _NO_PAUSE) * rate), np.float32)


def to_pcm(samples: Samples) -> bytes:
    """Samples of at most full scale as 16-bit little-endian PCM."""
    return np.rint(samples * 32767).astype("<i2").tobytes()


class Leveller:
    """`finish` for a clause that comes in pieces: what follows a peak is turned down with it."""

    def __init__(self, rate: int, gain: float) -> None:
        self._rate = rate
        self._gain = gain

    def push(self, samples: Samples) -> Audio:
        """The next piece at its level. A gain that falls does so within 5 ms, so that it is not heard as a click."""
        peak = float(np.abs(samples).max(initial=0.0))
        gain = min(self._gain, CEILING / peak) if peak > 0 else self._gain
        envelope = np.full(samples.size, gain, np.float32)
        fall = min(samples.size, int(0.005 * self._rate))
        envelope[:fall] = np.linspace(self._gain, gain, fall, dtype=np.float32)
        self._gain = gain
        return Audio(to_pcm(np.clip(samples * envelope, -CEILING, CEILING)), self._rate)


def trim(samples: Samples, rate: int, *, below_db: float = -45.0, closing: bool = True) -> Samples:
    """`samples` without the silence at both ends (or before only): what lies `below_db` under the loudest frame."""
    powers = _frame_powers(samples, rate)
    if powers.size == 0 or powers.max() <= 0:
        return samples[:0]
    loud = np.flatnonzero(powers >= powers.max() * 10 ** (below_db / 10))
    size = int(_FRAME_SECONDS * rate)
    lead = int(_LEAD_SECONDS * rate)
    end = (loud[-1] + 1) * size + lead if closing else samples.size
    return samples[max(0, loud[0] * size - lead) : end]


def without_tail(samples: Samples, rate: int, *, gain: float) -> Samples:
    """`samples` up to 30 ms after the last of them that would be heard with that gain; all where none would be."""
    powers = _frame_powers(samples[::-1], rate)  # counted from the end, which a clause in pieces and a whole one share
    heard = np.flatnonzero(powers * gain**2 >= 10 ** (SILENCE_DB / 10))
    if heard.size == 0:
        return samples
    silent = int(heard[0]) * int(_FRAME_SECONDS * rate) - int(_LEAD_SECONDS * rate)
    return samples[: samples.size - max(0, silent)]
