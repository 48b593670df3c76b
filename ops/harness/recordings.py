"""The recordings under `tests/data`, as 16 kHz mono samples with their reference text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "tests" / "data"
RATE = 16_000


@dataclass(frozen=True)
class Recording:
    """One line of `manifest.jsonl`."""

    id: str
    file: str
    language: str
    """BCP 47 subtag; "zxx" where nobody speaks."""
    duration_s: float
    kind: str
    licence: str
    source: str
    sha256: str
    text: str = ""
    speaker: str = ""
    """Who reads, where that is known."""
    translation: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The FLAC file."""
        return DATA / self.file

    def samples(self) -> NDArray[np.float32]:
        """The recording as 16 kHz mono in -1…1, whatever the file's own rate and channels."""
        return mono(self.path)

    def pcm(self) -> bytes:
        """The recording as 16 kHz mono s16le."""
        return to_int16(self.samples()).tobytes()


def mono(path: Path) -> NDArray[np.float32]:
    """A sound file as 16 kHz mono in -1…1."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mixed = audio.mean(axis=1)
    resampled: NDArray[np.float32] = mixed if rate == RATE else soxr.resample(mixed, rate, RATE)
    return resampled


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Samples in -1…1 as little-endian 16-bit ones."""
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")


@cache
def recordings() -> dict[str, Recording]:
    """Every recording by its id."""
    lines = (DATA / "manifest.jsonl").read_text().splitlines()
    return {row["id"]: Recording(**row) for row in map(json.loads, lines)}


def by_language(language: str) -> list[Recording]:
    """Recordings in one language, "zxx" for non-speech, in the manifest's order."""
    return [recording for recording in recordings().values() if recording.language == language]
