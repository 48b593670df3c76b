"""The `stt` queue: a segment's audio → caption in the spoken language → translations."""

from __future__ import annotations

import time

import structlog

from tasks import metrics, steps, transcripts
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
        transcript = _decode(segment)
    except AudioExpiredError as error:
        transcript = Transcript("", 0.0, str(error))
    transcripts.close(segment, transcript, started, shown="", by=message_id())
    store().expire(keys.pcm(segment.id, segment.revision), keys.PCM_DONE_TTL)


def _decode(segment: Segment) -> Transcript:
    pcm = store().get(keys.pcm(segment.id, segment.revision))
    if not isinstance(pcm, bytes):
        raise AudioExpiredError(transcripts.EXPIRED)
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
