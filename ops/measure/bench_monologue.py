"""The rows of `make bench` for somebody who does not pause: light callers, with the two cores for the product alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

from ops.measure.long_speech import LongSpeech, long_speech
from ops.measure.monologue_report import measured, rows
from ops.measure.monologue_run import spoken

PAIRS: Final = ("en-pt", "pt-en", "vi-en")
"""Into English from Vietnamese by drafts, which come by whole sentences and take their time."""
WORDS: Final = 500
"""Of each pair."""
SECONDS_A_WORD: Final = 0.45
"""Of reading aloud, generously."""
KEPT: Final = (
    "recording", "seconds", "rounds", "listener", "utterances", "words", "word_shown_s", "translated_shown_s",
    "heard_s", "chrf", "chrf_whole_sentences", "chrf_reference", "cpu_s_per_s", "dub", "counts",
)  # fmt: skip


def extent(folder: Path, language: str, words: int) -> tuple[LongSpeech, int]:
    """A speech in a language, and how often it has to be spoken for so many words.

    Raises:
        LookupError: nobody reads that language there.
    """
    speech = long_speech(folder, language, words * SECONDS_A_WORD)
    return speech, math.ceil(words / len(speech.words))


async def measure(folder: Path, pairs: list[str], words: int) -> dict[str, Any]:
    """Pair → its row."""
    found = {}
    for pair in pairs:
        source, _, target = pair.partition("-")
        speech, rounds = extent(folder, source, words)
        figures = measured(speech, target, await spoken(speech, target, light=True, rounds=rounds))
        found[pair] = {key: figures[key] for key in KEPT} | {
            "erased": sum(figures["erased"].values()),
            "erased_of": figures["erased"],
        }
    return found


def table(found: dict[str, Any]) -> str:
    """For reading."""
    lines = []
    for pair, row in found.items():
        lines += ["", f"{pair}, somebody who does not pause, light callers: {row['words']['spoken']} words"]
        lines += [*rows(row)[1:], f"words taken back: {row['erased']}"]
    return "\n".join(lines)
