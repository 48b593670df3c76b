"""What Prometheus is told about captions."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from app.captions import lag
from tasks.wire.messages import Caption

BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""Upper bounds, seconds."""

STAGE = Histogram("jbc_stage_seconds", "Time that one stage of a final caption took", ["stage"], buckets=BUCKETS)
TOTAL = Histogram(
    "jbc_caption_lag_seconds",
    "Time from the end of the sentence until web had its final caption",
    ["kind"],
    buckets=BUCKETS,
)
WORD = Histogram(
    "jbc_caption_word_lag_seconds",
    "Time from the end of the last word of a growing caption until web had it",
    ["kind"],
    buckets=BUCKETS,
)
READERS = Gauge("jbc_caption_readers", "Open caption feeds")
SENT = Counter("jbc_captions_sent_total", "Captions sent to readers", ["kind"])
DROPPED = Counter("jbc_caption_readers_dropped_total", "Feeds ended because the reader was too slow")
REFUSED = Counter("jbc_caption_readers_refused_total", "Feeds refused because too many were open", ["limit"])
STORED = Counter("jbc_captions_stored_total", "Final captions written to the database")
REJECTED = Counter("jbc_captions_rejected_total", "Captions that could not be used", ["reason"])

for _reason in ("malformed", "refused by the database", "unknown room"):  # so that the first one is a change
    REJECTED.labels(_reason)


def observe(caption: Caption) -> None:
    """Count a live final caption of speech: a transcript's stages up to its text, a translation's own."""
    if caption.typed:
        return
    own = lag.stages(caption)
    names = ("endpoint", "queue", "stt") if caption.is_source else ("translate_queue", "translate")
    for name in names:
        if name in own:
            STAGE.labels(name).observe(own[name])
    TOTAL.labels(_kind(caption)).observe(lag.since_speech(caption, time.time()))


def observe_growth(caption: Caption) -> None:
    """Count a live interim caption."""
    if caption.text:
        WORD.labels(_kind(caption)).observe(lag.since_speech(caption, time.time()))


def _kind(caption: Caption) -> str:
    return "source" if caption.is_source else "translation"
