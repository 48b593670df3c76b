"""The `stt` queue: a segment's audio → caption in the spoken language → translations."""

from __future__ import annotations

import time
from typing import Final

import msgspec
import structlog

from tasks import broker, hypothesis, metrics, operator_choices, publish, steps
from tasks.broker import message_id, store
from tasks.engines.base import Effort, Transcript
from tasks.hypothesis import Hypothesis
from tasks.languages.text import GrowingText
from tasks.steps import Transcribed
from tasks.wire import keys
from tasks.wire.captions import publish_interim
from tasks.wire.messages import STT_RATE, Caption, Segment, Timeline, Translation
from tasks.wire.queues import TRANSLATE, enqueue

log = structlog.get_logger(__name__)

SPEAK_CONFIDENCE: Final = 0.45
"""Transcripts less certain than this are shown, translated and not spoken: a wrong line is worse heard than read."""


EXPIRED: Final = "its audio expired before a worker was free"

metrics.REFUSED.labels(EXPIRED)  # there from the start, so that the first loss is a change


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
        caption = _caption(segment, advanced[0].shown, _stamped(segment, started), final=False)
        publish_interim(client, caption)


def _transcribe_final(segment: Segment) -> None:
    client = store()
    started = time.time()
    interim = hypothesis.load(client, segment.id)
    try:
        transcript = _reusable(interim, segment) or _decode(segment)
    except AudioExpiredError as error:
        transcript = Transcript("", 0.0, str(error))
    if transcript.looped:
        metrics.LOOPS.inc()
    timeline = _stamped(segment, started)
    if not transcript.text:
        log.info("segment.no_caption", segment=segment.id, room=segment.room, reason=transcript.reason)
        metrics.REFUSED.labels(transcript.reason).inc()
        if interim and interim.shown:
            publish_interim(client, _caption(segment, "", timeline, final=False))
        publish.no_clip(client, segment, list(segment.hear), transcript.reason)
        return
    if publish.final_caption(client, _caption(segment, transcript.text, timeline, final=True), message_id()):
        _send_on(segment, transcript, timeline)
        operator_choices.note(client, steps.hotwords_in(transcript, segment.language), "hotword")


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
        raise AudioExpiredError(EXPIRED)
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


def _send_on(segment: Segment, transcript: Transcript, timeline: Timeline) -> None:
    if transcript.confidence < SPEAK_CONFIDENCE:
        publish.no_clip(store(), segment, list(segment.hear), "too uncertain to be spoken")
        segment = msgspec.structs.replace(segment, hear=[])
    for target in dict.fromkeys([*segment.hear, *segment.read]):
        if target != segment.language:
            message = Translation(segment=segment, text=transcript.text, target=target, timeline=timeline)
            enqueue(broker.current(), TRANSLATE, message)


def _stamped(segment: Segment, started: float) -> Timeline:
    return msgspec.structs.replace(segment.timeline, stt_start=started, stt_end=time.time())


def _caption(segment: Segment, text: str, timeline: Timeline, *, final: bool) -> Caption:
    return Caption(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language=segment.language,
        source_language=segment.language,
        text=text,
        final=final,
        engine=steps.recogniser(segment.language),
        timeline=timeline,
    )
