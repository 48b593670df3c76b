"""The recordings and texts of an evaluation set: a folder with `manifest.jsonl`, and perhaps `text/*.tsv`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ops.harness.pipeline import Pcm

RATE: Final = 16_000
NOBODY: Final = "zxx"
"""The language of a clip in which nobody speaks (ISO 639-3)."""
SEVERAL: Final = "mul"
"""The language of a clip in which several are spoken."""


@dataclass(frozen=True)
class Part:
    """One sentence of a joined clip."""

    start: float
    """Seconds."""
    end: float
    language: str


@dataclass(frozen=True)
class Clip:
    """One recording."""

    id: str
    path: Path
    language: str
    """BCP 47 subtag, `NOBODY` or `SEVERAL`."""
    kind: str
    text: str
    derived_from: str
    parts: tuple[Part, ...]

    @cached_property
    def samples(self) -> NDArray[np.float32]:
        """16 kHz mono in -1…1, whatever the file's own rate and channels."""
        audio, rate = soundfile.read(self.path, dtype="float32", always_2d=True)
        mono = audio.mean(axis=1)
        resampled: NDArray[np.float32] = mono if rate == RATE else soxr.resample(mono, rate, RATE)
        return resampled

    @property
    def pcm(self) -> Pcm:
        """The same as 16-bit samples."""
        return np.clip(np.rint(self.samples * 32767), -32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class TextSet:
    """Sentences with their translations."""

    name: str
    source: str
    target: str
    sentences: tuple[str, ...]
    references: tuple[str, ...]

    def turned(self) -> TextSet:
        """The other direction."""
        return TextSet(self.name, self.target, self.source, self.references, self.sentences)

    def spread(self, count: int) -> TextSet:
        """At most `count` sentences, evenly from the whole set, and always the same ones."""
        size = len(self.sentences)
        chosen = range(size) if size <= count else [n * size // count for n in range(count)]
        sentences, references = (tuple(texts[n] for n in chosen) for texts in (self.sentences, self.references))
        return TextSet(self.name, self.source, self.target, sentences, references)


def clips(folder: Path) -> list[Clip]:
    """The recordings of a folder, in its manifest's order."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text().splitlines())
    return [
        Clip(
            id=row["id"],
            path=folder / row["file"],
            language=row["language"],
            kind=row["kind"],
            text=row.get("text", ""),
            derived_from=row.get("derived_from", ""),
            parts=tuple(
                Part(part["start"], part["end"], part.get("language", row["language"]))
                for part in row.get("segments", ())
            ),
        )
        for row in rows
    ]


def first_of_each(found: list[Clip], most: int | None) -> list[Clip]:
    """The first `most` clips of each language and kind, all of them for None, with those that they are derived from."""
    if most is None:
        return found
    counts: Counter[tuple[str, str]] = Counter()
    chosen: set[str] = set()
    for clip in found:
        counts[clip.language, clip.kind] += 1
        if counts[clip.language, clip.kind] <= most:
            chosen |= {clip.id, clip.derived_from}
    return [clip for clip in found if clip.id in chosen]


def text_sets(folder: Path) -> list[TextSet]:
    """The texts of a folder: files named NAME_SOURCE-TARGET.tsv with the columns source and reference."""
    found = []
    for path in sorted((folder / "text").glob("*.tsv")):
        name, _, pair = path.stem.rpartition("_")
        source, _, target = pair.partition("-")
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        sentences, references = (tuple(row[column] for row in rows) for column in ("source", "reference"))
        found.append(TextSet(name.removeprefix("shared_"), source, target, sentences, references))
    return found
