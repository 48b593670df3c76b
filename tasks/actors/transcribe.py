"""The `stt` queue: a segment's audio → caption in the spoken language → translations."""

from __future__ import annotations

import time

import msgspec
import structlog

from tasks import metrics, publish, steps, transcripts
from tasks.broker import message_id, store
from tasks.engines.base import Effort, Transcript
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, Segment

log = structlog.get_logger(__name__)


class AudioExpiredError(RuntimeError):
    """A segment's audio is no longer in Redis."""


def transcribe(segment: Segment) -> None:
    """Transcribe a segment that has closed and was not heard as a stream."""
    started = time.time()
    try:
        pcm = _sound(segment)
        known = None
        if segment.among:
            segment, known = _identify(segment, pcm)
        transcript = known or _decode(segment, pcm)
    except AudioExpiredError as error:
        transcript = Transcript("", 0.0, str(error))
    transcripts.close(segment, transcript, started, shown="", by=message_id())
    store().expire(keys.pcm(segment.id, segment.revision), keys.PCM_DONE_TTL)


def _sound(segment: Segment) -> bytes:
    pcm = store().get(keys.pcm(segment.id, segment.revision))
    if not isinstance(pcm, bytes):
        raise AudioExpiredError(transcripts.EXPIRED)
    return pcm


def _identify(segment: Segment, pcm: bytes) -> tuple[Segment, Transcript | None]:
    """The segment in the language that it is in, and its transcript where finding that out has given one."""
    client, key = store(), keys.identified(segment.id)
    before = client.get(key)
    if isinstance(before, bytes) and before.decode() in segment.among:  # a worker has died over it: as it was told
        language, transcript = before.decode(), None
    else:
        seconds = segment.timeline.speech_end - segment.timeline.speech_start
        found = steps.identify(pcm, segment.among, segment.leaning, seconds)
        language, transcript = found.language or segment.language, found.transcript
        client.set(key, language, ex=keys.PCM_TTL)
    log.info("segment.identified", segment=segment.id, room=segment.room, language=language)
    if language in segment.hear:
        publish.no_clip(client, segment, [language], "it is what was spoken")
    others = {name: [code for code in getattr(segment, name) if code != language] for name in ("read", "hear")}
    return msgspec.structs.replace(segment, language=language, among=[], **others), transcript


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
