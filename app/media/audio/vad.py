"""Voice activity: one probability of speech per 32 ms frame, from Silero, whatever the microphone's level.

Silero is nearly independent of level (measured: FLEURS at -63 dBFS RMS has the same frames voiced within 3 %),
but less so at the onset of a faint voice. So every frame is brought to a common level first: a tracker follows
the loud parts of the track (more than half-way at once when it gets louder, `RELEASE` down when quieter) and
the gain lifts the tracked level to `TARGET`. The floor bounds the gain in an empty room. The gain is for the
detector only; the audio that is transcribed stays as it was captured.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from app.media.audio.opus import Pcm
from app.media.audio.silero import SileroVoiceActivityDetector
from app.media.audio.tap import Chunk
from tasks.wire.messages import STT_RATE

FRAME: Final = 512
"""Samples a frame: the only window Silero v5 and later take at 16 kHz."""

FRAME_SECONDS: Final = FRAME / STT_RATE

TARGET: Final = -22.0
"""dBFS RMS of loud parts after the gain: the level of normalised read speech."""

RELEASE: Final = 6.0
"""dB a second at which the tracked level falls: slow enough to keep it through a sentence."""

FLOOR: Final = -75.0
"""dBFS RMS below which the tracked level never falls (the faintest FLEURS microphone is at -67)."""

_ATTACK: Final = 0.6
_START: Final = -30.0
_SILENT: Final = -90.0


class Frame(NamedTuple):
    """One frame of a track with its verdict."""

    samples: Pcm
    """`FRAME` samples at 16 kHz, as captured."""
    probability: float
    """Of speech, 0 to 1."""
    time: float
    """When the first sample was captured, seconds since the epoch."""


class Gain:
    """Brings one track to a common level, frame by frame."""

    def __init__(self) -> None:
        self._level = _START

    def apply(self, samples: Pcm) -> list[float]:
        """The frame at the common level, clipped to -1…1."""
        frame = samples.astype(np.float32) / 32768.0
        level = 10 * math.log10(float(np.mean(np.square(frame))) + 1e-12)
        if level > self._level:
            self._level += (level - self._level) * _ATTACK
        elif level > _SILENT:  # digital silence says nothing about the microphone
            self._level = max(self._level - RELEASE * FRAME_SECONDS, level, FLOOR)
        frame *= 10 ** ((TARGET - self._level) / 20)
        scaled: list[float] = np.clip(frame, -1.0, 1.0).tolist()
        return scaled


class VoiceDetector:
    """Cuts the chunks of one track into frames and rates each; about 0.5 ms of work a frame."""

    def __init__(self) -> None:
        self._silero = SileroVoiceActivityDetector()
        self.reset()

    def reset(self) -> None:
        """Begin with another track."""
        self._silero.reset()
        self._gain = Gain()
        self._rest = np.zeros(0, np.int16)
        self._rest_time = 0.0

    def push(self, chunk: Chunk) -> list[Frame]:
        """The frames that a chunk completes."""
        if not len(self._rest):
            self._rest_time = chunk.time
        samples = np.concatenate([self._rest, chunk.samples])
        starts = range(0, len(samples) - FRAME + 1, FRAME)
        frames = [self._rate(samples[at : at + FRAME], self._time(at, chunk)) for at in starts]
        used = len(starts) * FRAME
        time = self._time(used, chunk)
        self._rest, self._rest_time = samples[used:], time
        return frames

    def _time(self, at: int, chunk: Chunk) -> float:
        """Capture time of the sample at `at`, counted from the start of the rest."""
        if at < len(self._rest):
            return self._rest_time + at / STT_RATE
        return chunk.time + (at - len(self._rest)) / STT_RATE

    def _rate(self, samples: Pcm, time: float) -> Frame:
        return Frame(samples, self._silero.process_samples(self._gain.apply(samples)), time)
