"""The `translate` queue: a transcript → caption in another language → speech, where somebody listens."""

from __future__ import annotations

import time
from typing import Any

import dramatiq
import msgspec

from tasks import cached_translation as translation
from tasks import publish
from tasks.broker import broker, message_id, store
from tasks.engines.base import EngineError
from tasks.messages import Caption, Speech, Translation, from_payload, to_payload
from tasks.serving import engines
from tasks.speak import speak


@dramatiq.actor(queue_name="translate", priority=10, broker=broker, throws=(EngineError,))
def translate(payload: dict[str, Any]) -> None:
    """Translate a `messages.Translation`."""
    message = from_payload(payload, Translation)
    segment = message.segment
    started = time.time()
    engine = engines().translator(segment.language, message.target)
    # A draft takes a second: there is no time to try for every number and name.
    retry = not engine.draft
    text = translation.translate(engine, message.text, segment.language, message.target, retry=retry).text
    timeline = msgspec.structs.replace(message.timeline, translate_start=started, translate_end=time.time())
    caption = Caption(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language=message.target,
        source_language=segment.language,
        text=text,
        final=True,
        engine=engine.name,
        timeline=timeline,
        draft=engine.draft,
    )
    if not publish.final_caption(store(), caption, message_id()) or message.target not in segment.hear:
        return
    if engine.draft:
        publish.no_clip(store(), segment, [message.target], "a draft is shown and not spoken")
        return
    speak.send(to_payload(Speech(segment=segment, text=text, language=message.target, timeline=timeline)))
