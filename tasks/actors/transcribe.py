"""The `stt` queue: a segment's audio → caption in the spoken language → translations."""

from __future__ import annotations

import time

import structlog

from tasks import hypothesis, metrics, steps, transcripts
from tasks.broker import message_id, store
from tasks.engines.base import Effort, Transcript
from tasks.hypothesis import Hypothesis
from tasks.languages.text import GrowingText
from tasks.steps import Transcribed
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, Segment

log = structlog.get_logger(__name__)


class AudioExpiredError(RuntimeError):
    """A segment's audio is no longer in Redis."""


def transcribe(segment: Segment) -> None:
    """Transcribe a segment: on an interim ask while it is open, once for all when it has closed."""
    if segment.final:
        _transcribe_final(segment)
        store().expire(keys.pcm(segment.id, segment.revision), keys.PCM_DONE_TTL)
    else:
        _transcribe_interim(segment)


def _transcribe_interim(segment: Segment) -> None:
    client = store()
    newest = client.get(keys.newest_revision(segment.id))
    if newest is not None and int(newest) > segment.revision:
        metrics.SUPERSEDED.inc()
        return
    pcm = client.get(keys.pcm(segment.id, segment.revision))
    if not isinstance(pcm, bytes):
        metrics.SUPERSEDED.inc()
        return
    started = time.time()
    done = _decoded(segment, pcm, Effort.USUAL if segment.paused else Effort.QUICK)

    def newer(before: Hypothesis | None) -> Hypothesis:
        growing = GrowingText(before.shown, before.transcript.text) if before else GrowingText()
        return Hypothesis(
            revision=segment.revision,
            samples=segment.samples,
            transcript=done.transcript,
            shown=growing.grown(done.transcript.text).shown,
        )

    advanced = hypothesis.advance(client, segment.id, newer)
    if advanced and advanced[1]:
        transcripts.show(segment, advanced[0].shown, started)


def _transcribe_final(segment: Segment) -> None:
    client = store()
    started = time.time()
    interim = hypothesis.load(client, segment.id)
    try:
        transcript = _reusable(interim, segment) or _decode(segment)
    except AudioExpiredError as error:
        transcript = Transcript("", 0.0, str(error))
    transcripts.close(segment, transcript, started, shown=interim.shown if interim else "", by=message_id())


def _reusable(interim: Hypothesis | None, segment: Segment) -> Transcript | None:
    """The transcript that was made ahead, while the pause that ended the segment was still being waited for."""
    if interim is None or (interim.revision, interim.samples) != (segment.revision, segment.samples):
        return None
    if not interim.transcript.settled:
        return None
    metrics.REUSED.inc()
    return interim.transcript


def _decode(segment: Segment) -> Transcript:
    pcm = store().get(keys.pcm(segment.id, segment.revision))
    if not isinstance(pcm, bytes):
        raise AudioExpiredError(transcripts.EXPIRED)
    return _decoded(segment, pcm, Effort.THOROUGH).transcript


def _decoded(segment: Segment, pcm: bytes, effort: Effort) -> Transcribed:
    """What a worker makes of the audio, measured."""
    began, used = time.monotonic(), time.process_time()
    done = steps.transcribe(pcm, segment.language, effort=effort)
    took = time.monotonic() - began
    metrics.DECODE.labels(effort.value, segment.language).observe(took)
    log.debug(
        "speech.decoded",
        segment=segment.id,
        revision=segment.revision,
        language=segment.language,
        effort=effort.value,
        seconds=round(segment.samples / STT_RATE, 2),
        took_ms=round(1000 * took, 1),
        cpu_ms=round(1000 * (time.process_time() - used), 1),
    )
    return done
