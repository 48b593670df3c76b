"""Clips of any rate, and at any tempo, as the 20 ms frames that Opus takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from av.audio.frame import AudioFrame

from app.media.audio.opus import FRAME, Pcm, Resampler, frame_of
from app.media.audio.rtp import RTP_RATE
from app.media.audio.tempo import Tempo

_FADE_SECONDS: Final = 0.005
"""Seconds of fade at both edges of a clip, against clicks."""


class Framer:
    """Cuts a clip that comes in parts into 20 ms frames at 48 kHz, without a seam between the parts.

    The clip is faded at its edges, and padded to whole frames and one more, which carries the encoder's look-ahead
    of 6.5 ms. One that another is to join is not: what is left of its closing silence, less than a frame, is dropped.
    """

    def __init__(self, rate: int, tempo: float = 1.0) -> None:
        """`rate` of the parts in Hz; `tempo` makes the clip that many times faster, at the same pitch."""
        self._rate = rate
        self._resampler = Resampler(rate, RTP_RATE)
        self._tempo = Tempo(tempo)
        self._begun = False
        self._ready = np.zeros(0, np.int16)

    def push(self, samples: Pcm, *, last: bool, joined: bool = False) -> Iterator[Pcm]:
        """The frames that a part completes. Works as it goes, so that a long one does not hold up the event loop.

        Args:
            samples: the part.
            last: whether the clip ends with it.
            joined: whether another clip is to follow it without a pause.
        """
        faded = self._faded(samples, last=last)
        step = max(1, self._rate // 10)
        for at in range(0, len(faded), step):
            for frame in self._tempo.push(frame_of(faded[at : at + step], self._rate)):
                yield from self._resampled(frame)
        if last:
            for frame in self._tempo.finish():
                yield from self._resampled(frame)
            yield from self._cut(self._resampler.finish())
            if not joined:
                yield from self._cut(np.zeros(-len(self._ready) % FRAME + FRAME, np.int16))

    def _faded(self, samples: Pcm, *, last: bool) -> Pcm:
        edge = min(int(_FADE_SECONDS * self._rate), len(samples) // 2)
        ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        faded = samples.astype(np.float32)
        if not self._begun:
            faded[:edge] *= ramp
        if last:
            faded[len(faded) - edge :] *= ramp[::-1]
        self._begun = True
        return faded.astype(np.int16)

    def _resampled(self, frame: AudioFrame) -> Iterator[Pcm]:
        return self._cut(self._resampler.push(frame.to_ndarray().reshape(-1).astype(np.int16)))

    def _cut(self, samples: Pcm) -> Iterator[Pcm]:
        self._ready = np.concatenate([self._ready, samples])
        while len(self._ready) >= FRAME:
            frame, self._ready = self._ready[:FRAME], self._ready[FRAME:]
            yield frame


def frames(samples: Pcm, rate: int, tempo: float = 1.0) -> Iterator[Pcm]:
    """A clip that is there as a whole as `Framer` cuts it."""
    return Framer(rate, tempo).push(samples, last=True)
