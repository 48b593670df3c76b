"""Clean recordings made harder: with noise, and as a telephone passes them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.harness.recordings import RATE
from ops.harness.stillness import synthetic
from ops.measure.clips import NOBODY, Clip, read_aloud
from ops.measure.eval import stt
from tasks.engines.base import SpeechToText

NOISE_DB: Final = 10.0
"""Decibels that speech is above the noise, as root mean squares over the clip."""
TELEPHONE_HZ: Final = (300.0, 3_400.0)
ORDER: Final = 4
SEED: Final = 8

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Spoiled(Clip):
    """A recording whose sound is not that of its file."""

    sound: Sound

    @property
    def samples(self) -> Sound:
        """16 kHz mono."""
        return self.sound


def noisy(chosen: Sequence[Clip], everything: Sequence[Clip]) -> list[Clip]:
    """Each clip with one noise after the other: those of the set in which nobody speaks, and made-up ones."""
    recorded = [clip.samples for clip in everything if clip.language == NOBODY]
    noises = [sound for sound in [*recorded, *synthetic(SEED)] if float(np.square(sound).mean()) > 0]
    return [
        _spoiled(clip, "noise_10_db", _mixed(clip.samples, noises[number % len(noises)]))
        for number, clip in enumerate(chosen)
    ]


def telephoned(chosen: Sequence[Clip], *, sharp: bool) -> list[Clip]:
    """Each clip in the band of a telephone.

    Args:
        chosen: the clips.
        sharp: whether nothing at all is left outside of it; otherwise it falls off as by Butterworth filters of the
            fourth order at both ends, -3 dB at `TELEPHONE_HZ`.
    """
    kind = "telephone_sharp" if sharp else "telephone_band"
    return [_spoiled(clip, kind, _band(clip.samples, sharp=sharp)) for clip in chosen]


def measure(everything: Sequence[Clip], engine: SpeechToText, language: str) -> dict[str, Any]:
    """Error rates on the clean recordings of a language, made harder in each way; cut in one place each."""
    clean = read_aloud(list(everything), language)
    ways = {
        "noise_10_db": noisy(clean, everything),
        "telephone_band": telephoned(clean, sharp=False),
        "telephone_sharp": telephoned(clean, sharp=True),
    }
    return {way: stt.errors(stt.recognise(clips, engine, language), language) for way, clips in ways.items()}


def _spoiled(clip: Clip, kind: str, sound: Sound) -> Clip:
    told = {field.name: getattr(clip, field.name) for field in fields(Clip)}
    return Spoiled(**{**told, "kind": kind}, sound=sound)


def _mixed(speech: Sound, noise: Sound) -> Sound:
    under = np.resize(noise, speech.size)
    power = float(np.square(under).mean()) or 1.0
    gain = np.sqrt(float(np.square(speech).mean()) / power / 10 ** (NOISE_DB / 10))
    mixed = speech + gain * under
    result: Sound = (mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32)
    return result


def _band(speech: Sound, *, sharp: bool) -> Sound:
    hertz = np.fft.rfftfreq(speech.size, 1 / RATE)
    low, high = TELEPHONE_HZ
    if sharp:
        gain = ((hertz >= low) & (hertz <= high)).astype(np.float64)
    else:
        above, below = np.maximum(hertz, 1.0) / low, hertz / high
        gain = 1 / np.sqrt((1 + above ** (-2 * ORDER)) * (1 + below ** (2 * ORDER)))
    result: Sound = np.fft.irfft(np.fft.rfft(speech) * gain, speech.size).astype(np.float32)
    return result
