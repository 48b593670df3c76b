"""Somebody reads without a pause: the listener reads and hears along, and nothing that was shown is taken back."""

from __future__ import annotations

import io
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ops.harness.people import Person, heard_out
from ops.harness.recordings import RATE, by_language
from ops.harness.stack import Stack
from ops.harness.wer import wer
from tasks.languages.text import key
from tests.e2e.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 40
QUIET = 0.02
"""Share of a recording's loudest sample below which nothing is said."""


def without_silence(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """A reading without what is quiet before and after it."""
    first, *_, last = np.flatnonzero(np.abs(audio) > QUIET * np.abs(audio).max())
    return audio[first : last + 1]


def reading() -> tuple[NDArray[np.float32], str]:
    """Sentences of one reader after each other, without a pause between them, and their text."""
    clips = [clip for clip in by_language("en") if clip.kind == "read_speech" and clip.id.startswith("en_LJ")]
    audio: list[NDArray[np.float32]] = []
    texts: list[str] = []
    for clip in clips:
        if sum(part.size for part in audio) > SECONDS * RATE:
            break
        audio.append(without_silence(clip.samples()))
        texts.append(clip.text)
    return np.concatenate(audio), " ".join(texts)


async def shown(listener: Person) -> dict[str, list[dict[str, Any]]]:
    """What a page showed of each caption, one after the other."""
    seen: list[dict[str, Any]] = await listener.page.evaluate("window.__seen")
    updates = defaultdict(list)
    for row in sorted(seen, key=lambda row: float(row["at"])):
        updates[row["id"]].append(row)
    return updates


def words(text: str) -> list[str]:
    return [key(word) for word in text.split() if key(word)]


async def test_a_listener_follows_somebody_who_does_not_pause(stack: Stack, join: Join) -> None:
    audio, text = reading()
    file = io.BytesIO()
    soundfile.write(file, audio, RATE, format="WAV")
    alice = await join("Alice", speak="en", read="en", hear="en")
    bruno = await join("Bruno", speak="pt", read="pt", hear="pt")
    before = len(await bruno.onsets())
    spoken = await alice.say(file.getvalue())
    over = spoken["startedAt"] + 1000 * audio.size / RATE
    await heard_out(bruno, stack)

    updates = await shown(bruno)
    for rows in updates.values():
        for earlier, later in pairwise(rows):
            assert words(later["text"])[: len(words(earlier["text"]))] == words(earlier["text"]), "taken back"
    translations = [rows for rows in updates.values() if rows[0]["kind"].startswith("translation")]
    growing = [rows for rows in translations if len({row["text"] for row in rows}) > 1 and rows[0]["at"] < over]
    assert len(growing) >= len(translations) / 2, "translations grow while their sentences are being spoken"

    twentieth = audio.size / RATE * 20 / len(text.split())
    first = ((await bruno.onsets())[before] - spoken["startedAt"]) / 1000
    print(f"20 words are spoken after {twentieth:.1f} s, the first clause is heard after {first:.1f} s")
    assert first < audio.size / RATE / 2, "the listener hears the beginning while the rest is being read"

    lines = await bruno.lines()
    assert len({line.segment for line in lines}) == len(lines)
    assert all(line.translation for line in lines)
    error = wer(text, " ".join(line.source for line in lines), "en")
    print(f"{len(lines)} sentences, WER {error:.3f}")
    assert error <= 0.15
    assert [line.source for line in await alice.lines()] == [line.source for line in lines]
    assert alice.errors == bruno.errors == []
