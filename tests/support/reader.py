"""Somebody who reads without a pause, and what a listener's page showed of it."""

from __future__ import annotations

import io
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ops.harness.people import Person
from ops.harness.recordings import RATE, by_language
from ops.harness.wer import wer
from tasks.languages.text import key

QUIET = 0.02
"""Share of a recording's loudest sample below which nothing is said."""


class Reading:
    """Sentences of one reader after each other, without a pause between them."""

    def __init__(self, seconds: float) -> None:
        """As many as it takes to last for `seconds`."""
        audio: list[NDArray[np.float32]] = []
        texts: list[str] = []
        for clip in by_language("en"):
            if clip.kind == "read_speech" and clip.id.startswith("en_LJ") and sum(map(len, audio)) <= seconds * RATE:
                audio.append(_without_silence(clip.samples()))
                texts.append(clip.text)
        self.samples = np.concatenate(audio)
        """16 kHz mono in -1…1."""
        self.text = " ".join(texts)
        self.seconds = self.samples.size / RATE

    def file(self) -> bytes:
        """As a WAV file."""
        file = io.BytesIO()
        soundfile.write(file, self.samples, RATE, format="WAV")
        return file.getvalue()

    def error(self, text: str) -> float:
        """Word error rate of what somebody has of it."""
        return wer(self.text, text, "en")


def _without_silence(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """A reading without what is quiet before and after it."""
    first, *_, last = np.flatnonzero(np.abs(audio) > QUIET * np.abs(audio).max())
    return audio[first : last + 1]


async def shown_and_kept(listener: Person) -> dict[str, list[dict[str, Any]]]:
    """What a page showed of each caption, one after the other; no word of it was taken back."""
    seen: list[dict[str, Any]] = await listener.page.evaluate("window.__seen")
    updates = defaultdict(list)
    for row in sorted(seen, key=lambda row: float(row["at"])):
        updates[row["id"]].append(row)
    for rows in updates.values():
        for earlier, later in pairwise(rows):
            assert _words(later["text"])[: len(_words(earlier["text"]))] == _words(earlier["text"]), "taken back"
    return updates


def follows(updates: dict[str, list[dict[str, Any]]], since: float, over: float) -> bool:
    """Whether translations were shown between two moments, epoch ms."""
    shown = [row["at"] for rows in updates.values() for row in rows if row["kind"].startswith("translation")]
    return any(since < at < over for at in shown)


def _words(text: str) -> list[str]:
    return [key(word) for word in text.split() if key(word)]


async def read_once(listener: Person, reading: Reading, *, speaker: Person, at_most: float) -> None:
    """Every sentence is there once, in order, the same for both, and with as few wrong words as in whole decoding."""
    lines = await listener.lines()
    assert len({line.segment for line in lines}) == len(lines)
    error = reading.error(" ".join(line.source for line in lines))
    print(f"{len(lines)} sentences, WER {error:.3f}")
    assert error <= at_most
    assert [line.source for line in await speaker.lines()] == [line.source for line in lines]
    assert speaker.errors == listener.errors == []
