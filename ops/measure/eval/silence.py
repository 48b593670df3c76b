"""Hours in which nobody speaks, made from the non-speech clips of the set: every caption in them is invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ops.harness.pipeline import captions
from ops.harness.stillness import stillness
from ops.measure.clips import NOBODY, Clip
from tasks.engines.base import SpeechToText

SEED: Final = 20
HOUR: Final = 3_600
STREAM: Final = 900.0
"""Seconds of one stream with sounds of its own."""


def streams(hours: float) -> int:
    """How many streams so many hours are divided into."""
    return max(1, round(hours * HOUR / STREAM))


def stream(clips: Iterable[Clip], engine: SpeechToText, number: int, seconds: float) -> dict[str, Any]:
    """How many captions one stream gives in every language of an engine, interim ones included; and which."""
    recordings = [clip.samples for clip in clips if clip.language == NOBODY]
    scenes = stillness(recordings, seconds, seed=SEED + number)
    found = list(captions(scenes, engine, sorted(engine.languages)))
    texts = [
        {"stream": number, "at": round(shown.time, 1), "language": shown.language, "text": shown.text}
        for shown in found
        if shown.text
    ]
    refusals = Counter(shown.transcript.reason for shown in found if shown.final and not shown.text)
    return {"asks": len(found), "captions": len(texts), "texts": texts, "refusals": dict(refusals)}


def total(hours: float, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The streams together."""
    refusals: Counter[str] = Counter()
    for figures in found:
        refusals.update(figures["refusals"])
    sums = {name: sum(figures[name] for figures in found) for name in ("asks", "captions")}
    return {
        "hours": hours,
        **sums,
        "texts": [text for figures in found for text in figures["texts"]],
        "refusals": refusals,
    }
