"""Recordings and texts to measure with: a folder with `manifest.jsonl`, and perhaps `text/*.tsv`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.harness.pipeline import Pcm
from ops.harness.recordings import mono, to_int16

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
    text: str
    translation: Mapping[str, str] = field(default_factory=dict)
    """Language → what `text` means in it, where the manifest says so."""


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
    duration_s: float
    speaker: str
    """Who speaks; empty where the manifest does not say."""
    translation: Mapping[str, str]
    """Language → what `text` means in it, where the manifest says so."""

    @cached_property
    def samples(self) -> NDArray[np.float32]:
        """16 kHz mono in -1…1, whatever the file's own rate and channels."""
        return mono(self.path)

    @property
    def pcm(self) -> Pcm:
        """The same as 16-bit samples."""
        return to_int16(self.samples)


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

    def only(self, kept: Callable[[str], bool]) -> TextSet:
        """The sentences that are wanted."""
        pairs = [pair for pair in zip(self.sentences, self.references, strict=True) if kept(pair[0])]
        sentences, references = (tuple(pair[side] for pair in pairs) for side in (0, 1))
        return TextSet(self.name, self.source, self.target, sentences, references)

    def first(self, count: int) -> TextSet:
        """The first `count` sentences."""
        return TextSet(self.name, self.source, self.target, self.sentences[:count], self.references[:count])

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
            parts=tuple(_part(part, row["language"]) for part in row.get("segments", ())),
            duration_s=row["duration_s"],
            speaker=row.get("speaker") or "",
            translation=row.get("translation") or {},
        )
        for row in rows
    ]


def _part(row: Mapping[str, Any], language: str) -> Part:
    translation = row.get("translation") or {}
    return Part(row["start"], row["end"], row.get("language", language), row.get("text", ""), translation)


def read_aloud(found: list[Clip], language: str) -> list[Clip]:
    """The clean recordings in which one language is read."""
    return [clip for clip in found if (clip.language, clip.kind) == (language, "read_speech")]


def parallel_texts(folder: Path, source: str, target: str, kept: Callable[[str], bool]) -> TextSet:
    """Sentences with their translations: the folder's first text for a pair either way, else what its manifest gives.

    Args:
        folder: recordings and texts.
        source: language to translate from.
        target: language to translate into.
        kept: whether a sentence is wanted, asked of the side that the text begins with.

    Raises:
        LookupError: the folder has no such sentence.
    """
    for texts in text_sets(folder):
        if {texts.source, texts.target} == {source, target}:
            some = texts.only(kept)
            return some if some.source == source else some.turned()
    pairs = [
        (clip.text, clip.translation[target])
        for clip in clips(folder)
        if clip.language == source and target in clip.translation and not clip.derived_from and kept(clip.text)
    ]
    if not pairs:
        raise LookupError(f"{folder} has no {source} sentences with a translation into {target}")
    sentences, references = zip(*pairs, strict=True)
    return TextSet("manifest", source, target, sentences, references)


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
