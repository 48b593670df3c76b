"""The `translate` queue: a transcript → caption in another language → speech, where somebody listens."""

from __future__ import annotations

import time

import msgspec

from tasks import broker, operator_choices, publish, steps
from tasks.broker import message_id, store
from tasks.wire.messages import Caption, Speech, Translation
from tasks.wire.queues import SPEAK, enqueue


def translate(message: Translation) -> None:
    """Translate a transcript, show it, and send it on to be spoken."""
    segment, client = message.segment, store()
    started = time.time()
    done = steps.translate(message.text, segment.language, message.target)
    timeline = msgspec.structs.replace(message.timeline, translate_start=started, translate_end=time.time())
    caption = Caption(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language=message.target,
        source_language=segment.language,
        text=done.text,
        final=True,
        engine=done.engine,
        timeline=timeline,
        draft=done.draft,
    )
    if not publish.final_caption(client, caption, message_id()):
        return
    operator_choices.note(client, done.used, "translation")
    operator_choices.note(client, done.lost, "lost")
    if message.target not in segment.hear:
        return
    if done.draft and message.target not in segment.hear_drafts:
        publish.no_clip(client, segment, [message.target], "a draft is shown and not spoken")
        return
    speech = Speech(segment=segment, text=done.text, language=message.target, timeline=timeline, draft=done.draft)
    enqueue(broker.current(), SPEAK, speech)
