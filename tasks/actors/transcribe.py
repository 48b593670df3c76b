"""The `stt` queue: a segment's audio → caption in the spoken language → translations."""

from __future__ import annotations

import time
from typing import NamedTuple

import msgspec
import structlog

from tasks import metrics, publish, steps, transcripts
from tasks.broker import message_id, store
from tasks.engines.base import Effort, Transcript
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, Part, Segment

log = structlog.get_logger(__name__)


class Said(NamedTuple):
    """What was said in one language, as a sentence of its segment."""

    sentence: Segment
    pcm: bytes
    transcript: Transcript | None = None
    """Where finding out the language has given it."""


def transcribe(segment: Segment) -> None:
    """Transcribe a segment that has closed and was not heard as a stream."""
    started = time.time()
    pcm = store().get(keys.pcm(segment.id, segment.revision))
    if not isinstance(pcm, bytes):
        transcripts.close(segment, Transcript("", 0.0, transcripts.EXPIRED), started, shown="", by=message_id())
        return
    everything = _told_apart(segment, pcm) if segment.among else [Said(segment, pcm)]
    for said in everything:
        transcript = said.transcript or _decode(said.sentence, said.pcm)
        last = said is everything[-1]
        transcripts.close(said.sentence, transcript, started, shown="", by=message_id(), last=last)
    store().expire(keys.pcm(segment.id, segment.revision), keys.PCM_DONE_TTL)


def _told_apart(segment: Segment, pcm: bytes) -> list[Said]:
    """What was said at a shared microphone, by language; the dubs in that are told to expect nothing of it.

    It is written down before anything is published: whoever goes on after this worker, or works at the same message at
    the same time, makes the same sentences of it.
    """
    parts, transcript = _written_down(segment), None
    if not parts:
        parts, transcript = _parts(segment, pcm)
        if not store().set(keys.identified(segment.id), msgspec.json.encode(parts), ex=keys.PCM_TTL, nx=True):
            parts, transcript = _written_down(segment) or parts, None
    log.info("segment.identified", segment=segment.id, room=segment.room, languages=[part.language for part in parts])
    everything = []
    for number, part in enumerate(parts):
        last = part is parts[-1]
        sentence = _sentence(segment, number, part, last=last)
        if part.language in segment.hear:
            publish.no_clip(store(), sentence, [part.language], "it is what was spoken", last_sentence=last)
        everything.append(Said(sentence, pcm[2 * part.start : 2 * part.end], transcript))
    return everything


def _written_down(segment: Segment) -> list[Part]:
    """The parts that a worker has found before; empty where none has."""
    written = store().get(keys.identified(segment.id))
    return msgspec.json.decode(written, type=list[Part]) if isinstance(written, bytes) else []


def _parts(segment: Segment, pcm: bytes) -> tuple[list[Part], Transcript | None]:
    """The parts of a segment by language, and where it is in one its transcript, if finding that out has given one."""
    if parts := steps.turns(pcm, segment.among):
        return parts, None
    seconds = segment.timeline.speech_end - segment.timeline.speech_start
    found = steps.identify(pcm, segment.among, segment.leaning, seconds)
    return [Part(found.language or segment.language, 0, len(pcm) // 2)], found.transcript


def _sentence(segment: Segment, number: int, part: Part, *, last: bool) -> Segment:
    """A part of a segment as a sentence in its language, in which nobody need translate or speak it."""
    timeline = segment.timeline
    if number:
        timeline = msgspec.structs.replace(timeline, speech_start=segment.at(part.start / STT_RATE))
    if not last:
        timeline = msgspec.structs.replace(timeline, speech_end=segment.at(part.end / STT_RATE))
    others = {name: [code for code in getattr(segment, name) if code != part.language] for name in ("read", "hear")}
    samples = part.end - part.start
    sentence = segment.of(number)
    return msgspec.structs.replace(
        sentence, language=part.language, among=[], samples=samples, timeline=timeline, **others
    )


def _decode(segment: Segment, pcm: bytes) -> Transcript:
    began, used = time.monotonic(), time.process_time()
    done = steps.transcribe(pcm, segment.language)
    took = time.monotonic() - began
    metrics.DECODE.labels(Effort.THOROUGH.value, segment.language).observe(took)
    log.debug(
        "speech.decoded",
        segment=segment.id,
        revision=segment.revision,
        language=segment.language,
        effort=Effort.THOROUGH.value,
        seconds=round(segment.samples / STT_RATE, 2),
        took_ms=round(1000 * took, 1),
        cpu_ms=round(1000 * (time.process_time() - used), 1),
    )
    return done.transcript
