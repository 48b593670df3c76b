"""The `speak` queue: a translation → a clip, clause by clause, each announced as soon as it can be played."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from tasks import clock, growth, metrics, operator_choices, publish, steps
from tasks.broker import message_id, store
from tasks.sounding import sounding
from tasks.voice_fallback import Spoken
from tasks.wire import keys
from tasks.wire.messages import ClipPart, Speech

LATE: Final = 5.0
"""Seconds after the last word from which a quick voice is preferred to a clear one, for the whole of a sentence: which
it is is decided with its first piece. Clauses of somebody who goes on come here two seconds or so after it."""


def speak(message: Speech) -> None:
    """Speak a translation, unless the call has moved on."""
    segment, client = message.segment, store()
    if not _mine(message):
        return
    started = time.time()
    if (behind := _behind(message)) > segment.max_lag:
        _no_clip(message, "too late to be spoken")
        return
    late = growth.voice(client, segment.id, message.language, quick=behind > LATE)
    dub = segment.room, segment.speaker, message.language
    awaited = not sounding.ahead(*dub)
    speech = steps.speak(message.text, message.language, late=late, number=segment.voice, awaited=awaited)
    spoken: Spoken | None = None
    for number, spoken in enumerate(speech.clauses):
        if number == 0:
            metrics.FIRST_SOUND.labels(spoken.engine).observe(time.time() - started)
        publish.clip_part(client, segment.bridge, _part(message, number, spoken, started), spoken.audio.pcm)
        sounding.spoken(*dub, spoken.audio.samples / spoken.audio.rate)
        if spoken.ends_clause and not spoken.last and _behind(message) > segment.max_lag:
            _no_clip(message, "too late to be spoken")
            return
    if spoken is None:
        _no_clip(message, "nothing in it can be spoken")
        return
    operator_choices.note(client, speech.pronounced, "pronunciation")
    metrics.CLIPS.labels(message.language, spoken.engine).inc()


def _no_clip(message: Speech, reason: str) -> None:
    publish.no_clip(
        store(),
        message.segment,
        [message.language],
        reason,
        piece=message.piece,
        last_piece=message.last_piece,
        last_sentence=message.last_sentence,
    )


def _behind(message: Speech) -> float:
    """Seconds since it was said, by the clock that the bridge shares with us: ours may be off."""
    return clock.shared.now(store()) - message.timeline.speech_end


def _part(message: Speech, number: int, spoken: Spoken, started: float) -> ClipPart:
    segment = message.segment
    return ClipPart(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language=message.language,
        sentence=segment.sentence,
        piece=message.piece,
        last_piece=message.last_piece,
        last_sentence=message.last_sentence,
        part=number,
        last=spoken.last,
        ends_clause=spoken.ends_clause,
        key=keys.clip(segment.id, message.language, message.piece, number),
        samples=spoken.audio.samples,
        rate=spoken.audio.rate,
        engine=spoken.engine,
        draft=message.draft,
        timeline=msgspec.structs.replace(message.timeline, speak_start=started, speak_end=time.time()),
    )


def _mine(message: Speech) -> bool:
    """Whether this message is the one to speak its piece; a crash can leave two of them."""
    key = keys.spoken(message.segment.id, message.language, message.piece)
    if store().set(key, message_id(), nx=True, ex=keys.ONCE_TTL):
        return True
    return store().get(key) == message_id().encode()
