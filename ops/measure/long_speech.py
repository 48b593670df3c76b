"""Somebody who speaks for a minute and does not pause, with the moment at which each word was spoken."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from ops.harness.pipeline import Pcm
from ops.harness.recordings import RATE
from ops.measure.alignment import TimedWord, spread
from ops.measure.clips import Clip, Part, clips, read_aloud

AUDIBLE: Final = 0.03
"""Share of a recording's loudest sample from which it counts as speech."""
MARGIN_SECONDS: Final = 0.05
"""Kept before and after the speech of a reading that is joined to others."""


@dataclass(frozen=True)
class LongSpeech:
    """A speech and the sentences or clauses that it is made of."""

    name: str
    language: str
    samples: Pcm
    """16 kHz mono."""
    parts: tuple[Part, ...]
    """In order, each with its text."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE

    @property
    def words(self) -> list[TimedWord]:
        """Every word, by the length of its part and of the words in it."""
        return [word for part in self.parts for word in spread(part.text, part.start, part.end)]

    @property
    def wav(self) -> bytes:
        """The speech as the bytes of a WAV file."""
        file = io.BytesIO()
        soundfile.write(file, self.samples, RATE, format="WAV")
        return file.getvalue()

    def first(self, seconds: float) -> LongSpeech:
        """Its beginning: the parts that end within so many seconds, one at least, and nothing after them."""
        kept = tuple(part for part in self.parts if part.end <= seconds) or self.parts[:1]
        return LongSpeech(self.name, self.language, self.samples[: int(kept[-1].end * RATE)], kept)


def long_speech(folder: Path, language: str, seconds: float) -> LongSpeech:
    """About so many seconds of somebody who goes on.

    That is the long recording of a folder with a manifest, else readings of one speaker joined without pauses, else,
    where nobody has read for so long, readings of all who read the language.

    Raises:
        LookupError: nobody reads that language there.
    """
    found = clips(folder)
    for clip in found:
        if clip.language == language and clip.parts and clip.duration_s >= seconds:
            return LongSpeech(clip.id, language, clip.pcm, clip.parts).first(seconds)
    readings = read_aloud(found, language)
    if not readings:
        raise LookupError(f"no recording in {folder} is read in {language}")
    return joined(_of_one_speaker(readings, seconds) or readings).first(seconds)


def _of_one_speaker(readings: Iterable[Clip], seconds: float) -> list[Clip]:
    """The readings of the first speaker who is known and reads for so long."""
    spoken: dict[str, list[Clip]] = {}
    for clip in readings:
        if clip.speaker:
            spoken.setdefault(clip.speaker, []).append(clip)
    return next((own for own in spoken.values() if sum(clip.duration_s for clip in own) >= seconds), [])


def joined(readings: list[Clip]) -> LongSpeech:
    """Readings one after the other without the silence around them."""
    samples = [trimmed(clip.pcm) for clip in readings]
    parts = tuple(_parts(readings, samples))
    name = f"{readings[0].id} and {len(readings) - 1} more"
    return LongSpeech(name, readings[0].language, np.concatenate(samples), parts)


def _parts(readings: list[Clip], samples: list[Pcm]) -> Iterator[Part]:
    start = 0.0
    for clip, sound in zip(readings, samples, strict=True):
        end = start + len(sound) / RATE
        yield Part(start, end, clip.language, clip.text, clip.translation)
        start = end


def trimmed(samples: Pcm) -> Pcm:
    """A recording without the silence before and after its speech, but for `MARGIN_SECONDS` of it."""
    level = np.abs(samples.astype(np.int32))
    audible = np.flatnonzero(level > AUDIBLE * level.max())
    margin = int(MARGIN_SECONDS * RATE)
    return samples[max(0, audible[0] - margin) : audible[-1] + margin] if len(audible) else samples
