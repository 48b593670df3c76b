"""Hours in which nobody speaks, made from the non-speech clips of the set: every caption in them is invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from ops.eval.clips import NOBODY, Clip
from tasks.engines.base import SpeechToText
from tests.support.road import Shown, captions
from tests.support.stillness import stillness

SEED: Final = 20
HOUR: Final = 3_600
STREAM: Final = 900.0
"""Seconds of one stream with sounds of its own."""


def silence(clips: Iterable[Clip], engine: SpeechToText, hours: float) -> dict[str, Any]:
    """How many captions so many hours give in every language of an engine, interim ones included; and which."""
    recordings = [clip.samples for clip in clips if clip.language == NOBODY]
    streams = max(1, round(hours * HOUR / STREAM))
    found: list[tuple[int, Shown]] = []
    for number in range(streams):
        scenes = stillness(recordings, hours * HOUR / streams, seed=SEED + number)
        found += [(number, shown) for shown in captions(scenes, engine, sorted(engine.languages))]
    texts = [
        {"stream": number, "at": round(shown.time, 1), "language": shown.language, "text": shown.text}
        for number, shown in found
        if shown.text
    ]
    refusals = Counter(shown.transcript.reason for _, shown in found if shown.final and not shown.text)
    return {"hours": hours, "asks": len(found), "captions": len(texts), "texts": texts, "refusals": dict(refusals)}
