"""What becomes of a transcript: captions in the spoken language, and work for whoever reads or hears another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
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


def show(sentence: Segment, text: str, started: float, *, spoken: str | None = None) -> None:
    """Show what has been recognised of a sentence that goes on; work on it began at `started`.

    Args:
        sentence: the sentence (`Segment.of`).
        text: of it so far.
        started: when work on it began.
        spoken: the language that is spoken in place of its own, where one is; there is no text then.
    """
    caption = _caption(sentence, text, _stamped(sentence, started), final=False)
    publish_interim(store(), msgspec.structs.replace(caption, spoken=spoken))


def grow(sentence: Segment, transcript: Transcript, clause: int, started: float) -> None:
    """Send on what has come of a sentence that goes on, for those who follow as soon as possible.

    Args:
        sentence: the sentence; its timeline ends with the last word of `transcript`.
        transcript: of it so far.
        clause: how often it has been sent on before.
        started: when work on it began.
    """
    heard = [code for code in sentence.hear if code in sentence.soon]
    sentence = msgspec.structs.replace(sentence, read=[], hear=heard)
    _send_on(sentence, transcript, _stamped(sentence, started), sentence.soon, clause=clause, whole=False, last=False)


def close(
    sentence: Segment,
    transcript: Transcript,
    started: float,
    *,
    shown: str,
    by: str,
    clause: int = 0,
    last: bool = True,
) -> None:
    """Publish the transcript of a sentence and send it on, or say that there is none.

    What is shown already is kept even where it is not believed in the end: nothing is taken back.

    Args:
        sentence: the sentence that is over, or a segment that is one.
        transcript: all that was said.
        started: when work on it began.
        shown: what readers see of it so far.
        by: names who publishes, the same when it is done again after a crash.
        clause: how often it has been sent on before.
        last: whether no sentence of the segment follows.
    """
    client = store()
    if transcript.looped:
        metrics.LOOPS.inc()
    timeline = _stamped(sentence, started)
    if not transcript.text:
        log.info("segment.no_caption", segment=sentence.id, room=sentence.room, reason=transcript.reason)
        metrics.REFUSED.labels(transcript.reason).inc()
        if not shown:
            publish.no_clip(client, sentence, list(sentence.hear), transcript.reason, last_sentence=last)
            return
        transcript = replace(transcript, text=shown, confidence=0.0)
    if publish.final_caption(client, _caption(sentence, transcript.text, timeline, final=True), by):
        targets = [*sentence.hear, *sentence.read]
        _send_on(sentence, transcript, timeline, targets, clause=clause, whole=True, last=last)
        operator_choices.note(client, steps.hotwords_in(transcript, sentence.language), "hotword")


def _send_on(
    sentence: Segment,
    transcript: Transcript,
    timeline: Timeline,
    targets: Sequence[str],
    *,
    clause: int,
    whole: bool,
    last: bool,
) -> None:
    for target in dict.fromkeys(targets):
        if target != sentence.language:
            message = Translation(
                segment=sentence,
                text=transcript.text,
                target=target,
                timeline=timeline,
                clause=clause,
                whole=whole,
                last=last,
                spoken=transcript.confidence >= SPEAK_CONFIDENCE,
            )
            enqueue(broker.current(), TRANSLATE, message)


def _stamped(segment: Segment, started: float) -> Timeline:
    return msgspec.structs.replace(segment.timeline, stt_start=started, stt_end=time.time())


def _caption(segment: Segment, text: str, timeline: Timeline, *, final: bool) -> Caption:
    return Caption.of(segment, text, timeline=timeline, final=final, engine=steps.recogniser(segment.language))
