"""The `translate` queue: a sentence, or what has come of it → its caption in another language → speech, if heard."""

from __future__ import annotations

import time

import msgspec

from tasks import broker, growth, operator_choices, publish, steps
from tasks.broker import message_id, store
from tasks.growth import Growth, Step, unfinished
from tasks.languages import described
from tasks.steps import Translated
from tasks.wire.captions import publish_interim
from tasks.wire.messages import Caption, Speech, Translation
from tasks.wire.queues import SPEAK, enqueue


def translate(message: Translation) -> None:
    """Translate a sentence, show it, and send it on to be spoken; of one that goes on, what is new of it."""
    if message.whole:
        _finish(message)
    elif _can_grow(message):
        _grow(message)


def _can_grow(message: Translation) -> bool:
    """Whether a sentence is shown before it is over.

    A draft takes as long as its sentence does, and without spaces between words text does not grow by them.
    """
    languages = (message.segment.language, message.target)
    return not steps.drafts(*languages) and all(described(language).sentences.spaced for language in languages)


def _grow(message: Translation) -> None:
    segment, client, by = message.segment, store(), message_id()
    before = growth.load(client, segment.id, message.target)
    if before.over or (before.clause >= message.clause and before.by != by):
        return
    started = time.time()
    done = steps.translate(unfinished(message.text), segment.language, message.target)
    heard = message.target in segment.hear
    stamped = _stamped(message, started)

    def add(before: Growth) -> Growth:
        step = Step(message.clause, by, stamped.timeline)
        return before.grown(done.text, step, message.target, speak=message.spoken and heard)

    after = growth.advance(client, segment.id, message.target, message.clause, by, add)
    if after is None:
        return
    if after.shown:
        publish_interim(client, _caption(stamped, after.shown, done, final=False))
    if heard:
        _speak(stamped, after, draft=False)


def _finish(message: Translation) -> None:
    segment, client, by = message.segment, store(), message_id()
    started = time.time()
    done = steps.translate(message.text, segment.language, message.target)
    wanted = message.target in segment.hear
    unspoken = _not_to_be_spoken(message, done)
    stamped = _stamped(message, started)

    def end(before: Growth) -> Growth:
        step = Step(message.clause, by, stamped.timeline)
        return before.ended(done.text, step, speak=wanted and not unspoken)

    after = growth.advance(client, segment.id, message.target, None, by, end)
    if after is None:
        return
    if not publish.final_caption(client, _caption(stamped, after.shown, done, final=True), by):
        return
    operator_choices.note(client, done.used, "translation")
    operator_choices.note(client, done.lost, "lost")
    if not wanted:
        return
    _speak(stamped, after, draft=done.draft)
    if not after.closed:
        reason = unspoken or "all of it is spoken"
        publish.no_clip(client, segment, [message.target], reason, piece=after.pieces, last_sentence=message.last)


def _not_to_be_spoken(message: Translation, done: Translated) -> str:
    """Why this is shown and not spoken; empty where it is spoken."""
    if not message.spoken:
        return "too uncertain to be spoken"
    draft = done.draft and message.target not in message.segment.hear_drafts
    return "a draft is shown and not spoken" if draft else ""


def _speak(message: Translation, grown: Growth, *, draft: bool) -> None:
    """Send on what is to be spoken; also what whoever made the sentence grow before had no time to send."""
    segment = message.segment
    for piece in grown.unsent:
        speech = Speech(
            segment=segment,
            text=piece.text,
            language=message.target,
            timeline=piece.timeline,
            draft=draft,
            piece=piece.number,
            last_piece=piece.last,
            last_sentence=message.last,
        )
        enqueue(broker.current(), SPEAK, speech)
    if grown.unsent:
        growth.sent(store(), segment.id, message.target, grown.pieces)


def _stamped(message: Translation, started: float) -> Translation:
    timeline = msgspec.structs.replace(message.timeline, translate_start=started, translate_end=time.time())
    return msgspec.structs.replace(message, timeline=timeline)


def _caption(message: Translation, text: str, done: Translated, *, final: bool) -> Caption:
    return Caption.of(
        message.segment,
        text,
        timeline=message.timeline,
        final=final,
        engine=done.engine,
        language=message.target,
        draft=done.draft,
    )
