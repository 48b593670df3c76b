"""The `translate` queue: a transcript → caption in another language → speech, where somebody listens."""

from __future__ import annotations

import time
from typing import Any

import dramatiq
import msgspec

from tasks import cached_translation as translation
from tasks import publish
from tasks.actors.speak import speak
from tasks.engines.base import EngineError
from tasks.serving import engines
from tasks.wire import operator_choices
from tasks.wire.broker import broker, message_id, store
from tasks.wire.messages import Caption, Speech, Translation, from_payload, to_payload


@dramatiq.actor(queue_name="translate", priority=10, broker=broker, throws=(EngineError,))
def translate(payload: dict[str, Any]) -> None:
    """Translate a `messages.Translation`."""
    message = from_payload(payload, Translation)
    segment = message.segment
    started = time.time()
    engine = engines().translator(segment.language, message.target)
    # A draft takes a second: there is no time to try for every number and name.
    retry = not engine.draft
    terms = operator_choices.current().translated(segment.language, message.target, message.text)
    found = translation.translate(
        engine, message.text, segment.language, message.target, operator_choices.as_glossary(terms), retry=retry
    )
    text = found.text
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
    if not publish.final_caption(store(), caption, message_id()):
        return
    operator_choices.note(store(), [term for term in terms if term.target in found.terms], "translation")
    operator_choices.note(store(), [term for term in terms if term.target in found.lost_terms], "lost")
    if message.target not in segment.hear:
        return
    if engine.draft:
        publish.no_clip(store(), segment, [message.target], "a draft is shown and not spoken")
        return
    speak.send(to_payload(Speech(segment=segment, text=text, language=message.target, timeline=timeline)))
