"""A worker's own queue: speech that it hears as a stream, and nobody else can go on with while it lives."""

from __future__ import annotations

import time
from typing import Final

import structlog

from tasks import broker, metrics, steps, streams, transcripts
from tasks.broker import store
from tasks.engines.base import Transcript
from tasks.streams import Heard, Listened
from tasks.utterances import Hearing, SoundLostError, utterances
from tasks.wire.messages import STT_RATE, Segment

MOST_OWNERS: Final = 3
"""Workers that may hear a segment one after the other: if all have died of it, the next would too."""

EFFORT: Final = "stream"
"""What decodings are counted as in the metrics."""

log = structlog.get_logger(__name__)


def listen(segment: Segment) -> None:
    """Hear what has come of a segment since, show what is certain, and publish it when it has closed."""
    worker = broker.current().worker
    found = streams.load(store(), segment.id)
    if found is None or found.owner != worker:
        utterances.forget(segment.id)  # it is over, or another worker's
        return
    started = time.time()
    transcript = _given_up(found)
    if transcript is None:
        try:
            transcript = _hear(found, started)
        except SoundLostError:
            transcript = Transcript("", 0.0, transcripts.EXPIRED)
    if found.ask.final:
        # Named by the segment: whoever goes on after this worker publishes as the same.
        transcripts.close(found.ask, transcript, started, shown=found.heard.shown, by=f"listen:{segment.id}")
        streams.finish(store(), segment.id, worker)
        utterances.forget(segment.id)


def _given_up(found: Listened) -> Transcript | None:
    return Transcript("", 0.0, "workers died of it") if found.adopted >= MOST_OWNERS else None


def _hear(found: Listened, started: float) -> Transcript:
    """Hear on, and show it; the transcript were the segment closed now."""
    ask, used = found.ask, time.process_time()
    hearing = utterances.hear(store(), ask, found.heard, lambda: steps.listen(ask.language))
    if ask.final:
        transcript = _written(hearing, ask, whole=True)
    else:
        transcript = _written(hearing, ask, whole=False)
        _show(found, hearing, transcript, started)
        if ask.paused:
            hearing.ended(ask.samples)  # probably the end: the transcript is ready then
    took = time.time() - started
    metrics.DECODE.labels(EFFORT, ask.language).observe(took)
    log.debug(
        "speech.heard",
        segment=ask.id,
        revision=ask.revision,
        final=ask.final,
        seconds=round(ask.samples / STT_RATE, 2),
        took_ms=round(1000 * took, 1),
        cpu_ms=round(1000 * (time.process_time() - used), 1),
    )
    return transcript


def _written(hearing: Hearing, ask: Segment, *, whole: bool) -> Transcript:
    words = hearing.ended(ask.samples) if whole else hearing.certain()
    return hearing.recogniser.transcript(words, ask.language, hotwords=hearing.hotwords, whole=whole)


def _show(found: Listened, hearing: Hearing, transcript: Transcript, started: float) -> None:
    """Write down what is certain, and show it where it is more than before."""
    before = found.heard.shown
    grown = len(transcript.text) > len(before) and transcript.text.casefold().startswith(before.casefold())
    shown = transcript.text if grown else before
    heard = Heard(samples=hearing.samples, words=hearing.certain(), shown=shown)
    if streams.commit(store(), found.ask.id, found.owner, heard) and grown:
        transcripts.show(found.ask, shown, started)
