"""The `speak` queue: a translation → a clip, clause by clause, each announced as soon as it can be played."""

from __future__ import annotations

import time
from typing import Any, Final

import dramatiq
import msgspec

from tasks import metrics, publish, voice_fallback
from tasks.engines.base import EngineError
from tasks.serving import engines
from tasks.wire import keys, operator_choices
from tasks.wire.broker import broker, message_id, store
from tasks.wire.messages import ClipPart, Speech, from_payload

TOO_LATE: Final = 8.0
"""Seconds after the end of speech from which a translation is no longer spoken: the call has moved on."""

LATE: Final = 3.0
"""Seconds after the end of speech from which a quick voice is preferred to a clear one."""


@dramatiq.actor(queue_name="speak", priority=0, broker=broker, throws=(EngineError,))
def speak(payload: dict[str, Any]) -> None:
    """Speak a `messages.Speech`."""
    message = from_payload(payload, Speech)
    segment, client = message.segment, store()
    if not _mine(message):
        return
    started = time.time()
    if started - segment.timeline.speech_end > TOO_LATE:
        publish.no_clip(client, segment, [message.language], "too late to be spoken")
        return
    voices = engines().speakers(message.language, late=started - segment.timeline.speech_end > LATE)
    text, terms = operator_choices.current().pronounced(message.text, message.language)
    spoken: voice_fallback.Spoken | None = None
    clauses = voice_fallback.speak(voices, text, message.language, number=segment.voice)
    for number, spoken in enumerate(clauses):
        if number == 0:
            metrics.FIRST_SOUND.labels(spoken.engine).observe(time.time() - started)
        publish.clip_part(client, segment.bridge, _part(message, number, spoken, started), spoken.audio.pcm)
        if spoken.ends_clause and not spoken.last and time.time() - segment.timeline.speech_end > TOO_LATE:
            publish.no_clip(client, segment, [message.language], "too late to be spoken")
            return
    if spoken is None:
        publish.no_clip(client, segment, [message.language], "nothing in it can be spoken")
        return
    operator_choices.note(client, terms, "pronunciation")
    metrics.CLIPS.labels(message.language, spoken.engine).inc()


def _part(message: Speech, number: int, spoken: voice_fallback.Spoken, started: float) -> ClipPart:
    segment = message.segment
    return ClipPart(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language=message.language,
        part=number,
        last=spoken.last,
        ends_clause=spoken.ends_clause,
        key=keys.clip(segment.id, message.language, number),
        samples=spoken.audio.samples,
        rate=spoken.audio.rate,
        engine=spoken.engine,
        timeline=msgspec.structs.replace(message.timeline, speak_start=started, speak_end=time.time()),
    )


def _mine(message: Speech) -> bool:
    """Whether this message is the one to speak its segment; a crash can leave two of them."""
    key = keys.spoken(message.segment.id, message.language)
    if store().set(key, message_id(), nx=True, ex=keys.ONCE_TTL):
        return True
    return store().get(key) == message_id().encode()
