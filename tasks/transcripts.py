"""What becomes of a transcript: captions in the spoken language, and work for whoever reads or hears another."""

from __future__ import annotations

import time
from typing import Final

import msgspec
import structlog

from tasks import broker, metrics, operator_choices, publish, steps
from tasks.broker import store
from tasks.engines.base import Transcript
from tasks.wire.captions import publish_interim
from tasks.wire.messages import Caption, Segment, Timeline, Translation
from tasks.wire.queues import TRANSLATE, enqueue

log = structlog.get_logger(__name__)

SPEAK_CONFIDENCE: Final = 0.45
"""Transcripts less certain than this are shown, translated and not spoken: a wrong line is worse heard than read."""

EXPIRED: Final = "its audio expired before a worker was free"

metrics.REFUSED.labels(EXPIRED)  # there from the start, so that the first loss is a change


def show(segment: Segment, text: str, started: float, *, spoken: str | None = None) -> None:
    """Show what has been recognised of a segment that is open; work on it began at `started`.

    Args:
        segment: the segment.
        text: of it so far.
        started: when work on it began.
        spoken: the language that is spoken in place of its own, where one is; there is no text then.
    """
    caption = _caption(segment, text, _stamped(segment, started), final=False)
    publish_interim(store(), msgspec.structs.replace(caption, spoken=spoken))


def close(segment: Segment, transcript: Transcript, started: float, *, shown: str, by: str) -> None:
    """Publish the transcript of a segment and send it on, or say that there is none.

    Args:
        segment: the closed segment.
        transcript: all that was said.
        started: when work on it began.
        shown: what readers see of it so far.
        by: names who publishes, the same when it is done again after a crash.
    """
    client = store()
    if transcript.looped:
        metrics.LOOPS.inc()
    timeline = _stamped(segment, started)
    if not transcript.text:
        log.info("segment.no_caption", segment=segment.id, room=segment.room, reason=transcript.reason)
        metrics.REFUSED.labels(transcript.reason).inc()
        if shown:
            publish_interim(client, _caption(segment, "", timeline, final=False))
        publish.no_clip(client, segment, list(segment.hear), transcript.reason)
        return
    if publish.final_caption(client, _caption(segment, transcript.text, timeline, final=True), by):
        _send_on(segment, transcript, timeline)
        operator_choices.note(client, steps.hotwords_in(transcript, segment.language), "hotword")


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
