"""Where the seconds go between a word and its dub: each piece of a dub, stage by stage.

From the clips as they are announced, and from the bridge's log, which says when each began to sound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ops.measure.figures import percentiles
from tasks.wire.messages import ClipPart

STAGES: Final = {
    "recognised": ("speech_end", "stt_end"),
    "waiting for translate": ("stt_end", "translate_start"),
    "translate": ("translate_start", "translate_end"),
    "waiting for speak": ("translate_end", "speak_start"),
    "first sound": ("speak_start", "speak_end"),
}
"""From the last word of a piece on; then it waits for those before it to have sounded."""
PLAYOUT: Final = "waiting to be played"
LAST_WORD: Final = "last word to first sound heard"


class Piece(NamedTuple):
    """What a clip speaks."""

    segment: str
    number: int
    language: str


def heard(log: str) -> dict[Piece, float]:
    """Seconds from the last word of each piece to its first sound, in the order in which they sounded.

    `log` is what a bridge has printed.
    """
    rows = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return {
        Piece(row["segment"], row["piece"], row["language"]): row["lag_ms"] / 1000
        for row in rows
        if row["event"] == "clip.heard"
    }


def stages(parts: Iterable[ClipPart], lags: Mapping[Piece, float], language: str) -> dict[str, Any]:
    """Stage → seconds of it; and what making the voice took for each second that it sounds, until its last part."""
    firsts: dict[Piece, ClipPart] = {}
    sounding: dict[Piece, float] = {}
    making: dict[Piece, float] = {}
    for part in parts:
        if part.language != language:
            continue
        piece = Piece(part.segment, part.piece, language)
        firsts.setdefault(piece, part)
        sounding[piece] = sounding.get(piece, 0.0) + part.samples / part.rate
        making[piece] = (part.timeline.speak_end or 0.0) - (part.timeline.speak_start or 0.0)
    found: dict[str, list[float]] = {name: [] for name in (*STAGES, PLAYOUT, LAST_WORD)}
    for piece, part in firsts.items():
        timeline = part.timeline
        for name, (begin, end) in STAGES.items():
            found[name].append(getattr(timeline, end) - getattr(timeline, begin))
        if piece in lags:
            found[PLAYOUT].append(lags[piece] - ((timeline.speak_end or 0.0) - timeline.speech_end))
            found[LAST_WORD].append(lags[piece])
    return {
        "pieces": len(firsts),
        "stages_s": {name: percentiles(values, digits=2) for name, values in found.items()},
        "sounding_s": percentiles(list(sounding.values()), digits=2),
        "making_a_second": round(sum(making.values()) / sum(sounding.values()), 2) if sounding else None,
    }
