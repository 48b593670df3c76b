"""A worker's own queue: speech that it hears as a stream, and nobody else can go on with while it lives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from tasks import broker, metrics, operator_choices, spoken_language, steps, streams, transcripts
from tasks.broker import store
from tasks.engines.base import Transcript, Word
from tasks.streams import Heard, Listened, Told
from tasks.telling import Grown, Over, Shown, Utterance, tell
from tasks.utterances import Hearing, SoundLostError, utterances
from tasks.wire.messages import STT_RATE, Segment

MOST_OWNERS: Final = 3
"""Workers that may hear a segment one after the other: if all have died of it, the next would too."""

OTHER_LANGUAGE: Final = "another language was spoken"

EFFORT: Final = "stream"
"""What decodings are counted as in the metrics."""

log = structlog.get_logger(__name__)


def listen(segment: Segment) -> None:
    """Hear what has come of a segment since, tell what is certain of it, and all of it when it has closed."""
    worker = broker.current().worker
    found = streams.load(store(), segment.id)
    if found is None or found.owner != worker:
        utterances.forget(segment.id)  # it is over, or another worker's
        return
    started = time.time()
    if not found.ask.final:
        _hear_on(found, started)
        return
    _hear_out(found, started)
    streams.finish(store(), segment.id, worker)
    utterances.forget(segment.id)


def _hear_on(found: Listened, started: float) -> None:
    if found.adopted >= MOST_OWNERS:
        return
    try:
        hearing = _heard(found)
    except SoundLostError:
        return  # its end says so
    if found.ask.paused:
        hearing.ended(found.ask.samples)  # probably the end: it is worked out then
    words = hearing.certain()
    verdict = _verdict(found, hearing, words, whole=False)
    # The words first: who goes on after this worker makes the same sentences of them.
    heard = Heard(samples=hearing.samples, words=words, told=found.heard.told, spoken=verdict)
    if not _written_down(found, heard):
        return
    other = spoken_language.other(verdict)
    if other and verdict != found.heard.spoken:
        transcripts.show(found.ask.of(heard.told.sentences), "", started, spoken=other)
    elif verdict in (spoken_language.SURE, spoken_language.ASKED):
        told = _tell(found, hearing, Utterance(found.ask, words, whole=False), started)
        if told != heard.told:
            streams.commit(store(), found.ask.id, found.owner, msgspec.structs.replace(heard, told=told))
    _measure(found, hearing, started)


def _written_down(found: Listened, heard: Heard) -> bool:
    """Write down what was heard, where there is anything new in it; False where the segment is another's by now."""
    if (heard.words, heard.spoken) == (found.heard.words, found.heard.spoken):
        return streams.owns(store(), found.ask.id, found.owner)
    return streams.commit(store(), found.ask.id, found.owner, heard)


def _hear_out(found: Listened, started: float) -> None:
    """Tell the rest of a segment that has closed."""
    ask, told = found.ask, found.heard.told
    if found.adopted >= MOST_OWNERS:
        _give_up(found, "workers died of it", started)
        return
    try:
        hearing = _heard(found)
    except SoundLostError:
        _give_up(found, transcripts.EXPIRED, started)
        return
    words = hearing.ended(ask.samples)
    verdict = _verdict(found, hearing, words, whole=True)
    if other := spoken_language.other(verdict):
        sentence = ask.of(told.sentences)
        if verdict != found.heard.spoken:
            transcripts.show(sentence, "", started, spoken=other)
        transcripts.close(sentence, Transcript("", 0.0, OTHER_LANGUAGE), started, shown="", by=_by(sentence))
    elif len(words) > told.words:
        _tell(found, hearing, Utterance(ask, words, whole=True), started)
    else:
        _give_up(found, _written(hearing, words, ask, whole=True).reason or "nothing recognised", started)
    _measure(found, hearing, started)


def _tell(found: Listened, hearing: Hearing, utterance: Utterance, started: float) -> Told:
    """Tell what is new of an utterance; what has been told then."""
    ask = found.ask

    def write(words: Sequence[Word], whole: bool) -> Transcript:
        return _written(hearing, words, ask, whole=whole)

    events, told = tell(utterance, found.heard.told, write, operator_choices.current().phrases(ask.language))
    for event in events:
        match event:
            case Shown(sentence, text):
                transcripts.show(sentence, text, started)
            case Grown(sentence, transcript, clause):
                transcripts.grow(sentence, transcript, clause, started)
            case Over(sentence, transcript, shown, clause, last):
                transcripts.close(
                    sentence, transcript, started, shown=shown, by=_by(sentence), clause=clause, last=last
                )
    return told


def _give_up(found: Listened, reason: str, started: float) -> None:
    """End a segment of which nothing more is recognised: what is shown of it stays."""
    told = found.heard.told
    sentence = found.ask.of(told.sentences)
    nothing = Transcript("", 0.0, reason)
    transcripts.close(sentence, nothing, started, shown=told.shown, by=_by(sentence), clause=told.clauses)


def _by(sentence: Segment) -> str:
    """Who publishes: named by the sentence, so that whoever goes on after this worker publishes as the same."""
    return f"listen:{sentence.id}"


def _heard(found: Listened) -> Hearing:
    """The segment, heard as far as is asked for."""
    return utterances.hear(store(), found.ask, found.heard, lambda known: steps.listen(found.ask.language, known))


def _verdict(found: Listened, hearing: Hearing, words: Sequence[Word], *, whole: bool) -> str:
    if not hearing.recogniser.one_language:
        return spoken_language.SURE
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


def _measure(found: Listened, hearing: Hearing, started: float) -> None:
    took = time.time() - started
    metrics.DECODE.labels(EFFORT, found.ask.language).observe(took)
    log.debug(
        "speech.heard",
        segment=found.ask.id,
        language=found.ask.language,
        revision=found.ask.revision,
        paused=found.ask.paused,
        final=found.ask.final,
        decodings=hearing.decodings(),
        seconds=round(found.ask.samples / STT_RATE, 2),
        took_ms=round(1000 * took, 1),
    )
