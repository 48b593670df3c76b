"""A worker's own queue: speech that it hears as a stream, and nobody else can go on with while it lives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import structlog

from tasks import broker, metrics, spoken_language, steps, streams, transcripts
from tasks.broker import store
from tasks.engines.base import Transcript, Word
from tasks.streams import Heard, Listened
from tasks.utterances import Hearing, SoundLostError, utterances
from tasks.wire.messages import STT_RATE, Segment

MOST_OWNERS: Final = 3
"""Workers that may hear a segment one after the other: if all have died of it, the next would too."""

OTHER_LANGUAGE: Final = "another language was spoken"

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
    if not found.ask.final:
        _hear_on(found, started)
        return
    transcript, shown = _transcript(found, started), found.heard.shown
    if transcript.reason == OTHER_LANGUAGE:
        shown = ""  # what is spoken stands there already
    # Named by the segment: whoever goes on after this worker publishes as the same.
    transcripts.close(found.ask, transcript, started, shown=shown, by=f"listen:{segment.id}")
    streams.finish(store(), segment.id, worker)
    utterances.forget(segment.id)


def _hear_on(found: Listened, started: float) -> None:
    if found.adopted >= MOST_OWNERS:
        return
    try:
        hearing = _heard(found)
    except SoundLostError:
        return  # its end says so
    words = hearing.certain()
    verdict = _verdict(found, words, whole=False)
    text = found.heard.shown
    if verdict in (spoken_language.SURE, spoken_language.ASKED):
        text = _grown(text, _written(hearing, words, found.ask, whole=False).text)
    heard = Heard(samples=hearing.samples, words=words, shown=text, spoken=verdict)
    if streams.commit(store(), found.ask.id, found.owner, heard):
        other = spoken_language.other(verdict)
        if other and verdict != found.heard.spoken:
            transcripts.show(found.ask, "", started, spoken=other)
        elif not other and text != found.heard.shown:
            transcripts.show(found.ask, text, started)
    if found.ask.paused:
        hearing.ended(found.ask.samples)  # probably the end: it is worked out then
    _measure(found, started)


def _transcript(found: Listened, started: float) -> Transcript:
    """That of a closed segment."""
    if found.adopted >= MOST_OWNERS:
        return Transcript("", 0.0, "workers died of it")
    try:
        hearing = _heard(found)
    except SoundLostError:
        return Transcript("", 0.0, transcripts.EXPIRED)
    words = hearing.ended(found.ask.samples)
    verdict = _verdict(found, words, whole=True)
    other = spoken_language.other(verdict)
    if other is not None:
        if verdict != found.heard.spoken:
            transcripts.show(found.ask, "", started, spoken=other)
        return Transcript("", 0.0, OTHER_LANGUAGE)
    transcript = _written(hearing, words, found.ask, whole=True)
    _measure(found, started)
    return transcript


def _heard(found: Listened) -> Hearing:
    """The segment, heard as far as is asked for."""
    return utterances.hear(store(), found.ask, found.heard, lambda: steps.listen(found.ask.language))


def _verdict(found: Listened, words: Sequence[Word], *, whole: bool) -> str:
    segment, samples = found.ask.id, found.ask.samples
    return spoken_language.judge(
        words,
        found.heard.spoken,
        lambda: steps.identifier(found.ask.language),
        lambda most: streams.sound(store(), segment, 0, min(most, samples)),
        found.ask.language,
        seconds=samples / STT_RATE,
        whole=whole,
    )


def _written(hearing: Hearing, words: Sequence[Word], ask: Segment, *, whole: bool) -> Transcript:
    return hearing.recogniser.transcript(words, ask.language, hotwords=hearing.hotwords, whole=whole)


def _grown(shown: str, text: str) -> str:
    """`text` where it goes on from what is shown, and that otherwise."""
    goes_on = len(text) > len(shown) and text.casefold().startswith(shown.casefold())
    return text if goes_on else shown


def _measure(found: Listened, started: float) -> None:
    took = time.time() - started
    metrics.DECODE.labels(EFFORT, found.ask.language).observe(took)
    log.debug(
        "speech.heard",
        segment=found.ask.id,
        revision=found.ask.revision,
        final=found.ask.final,
        seconds=round(found.ask.samples / STT_RATE, 2),
        took_ms=round(1000 * took, 1),
    )
