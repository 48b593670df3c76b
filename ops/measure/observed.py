"""What a listener of a long speech was shown and played, whoever listened: a browser or a light caller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ops.harness.listening import timed
from ops.harness.people import Line
from ops.measure.alignment import TimedWord, words
from ops.measure.delays import Update


@dataclass(frozen=True)
class Observed:
    """Times are seconds since the speech began."""

    sources: list[Update]
    translations: list[Update]
    lines: list[Line]
    """What stands there in the end."""
    sound: NDArray[np.float32]
    """16 kHz mono."""
    sound_began: float
    began: float = 0.0
    """When the speech began, seconds since the epoch."""


def heard_words(observed: Observed, language: str) -> list[TimedWord]:
    """The words of the dub, each at the moment at which it began."""
    if not len(observed.sound):
        return []
    return [
        TimedWord(text, observed.sound_began + word.start)
        for word in timed(observed.sound, language)
        for text in words(word.text)
    ]
