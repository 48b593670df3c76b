"""The actor that speaks for an API request, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dramatiq

from tasks import cached_speech, voice_fallback
from tasks.actors import api_cloning, replies
from tasks.call_priority import courtesy
from tasks.engines.base import Audio, EngineError
from tasks.serving import engines
from tasks.wire import keys, operator_choices
from tasks.wire.broker import broker, store
from tasks.wire.messages import from_payload
from tasks.wire.requests import ClonedVoice, SpokenPart, Synthesis


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def synthesize(payload: dict[str, Any]) -> None:
    """Answer a `Synthesis`: every piece of audio as soon as it is there, then one empty part that ends it."""
    message = from_payload(payload, Synthesis)
    client, part, rate, engine = store(), 0, 0, ""
    for engine, audio in _cloned(message, message.clone) if message.clone else _spoken(message):
        if not replies.awaited(client, message):
            return
        rate = audio.rate
        spoken = SpokenPart(part=part, last=False, rate=rate, samples=audio.samples, engine=engine)
        replies.send(client, message.request, spoken, audio.pcm)
        part += 1
    end = SpokenPart(part=part, last=True, rate=rate, samples=0, engine=engine)
    replies.send(client, message.request, end)


def _spoken(message: Synthesis) -> Iterator[tuple[str, Audio]]:
    """The clauses with who spoke them: the best voices there are, or the one that was asked for and no other."""
    if message.voice is None:
        voices = engines().speakers(message.language, late=False)
    else:
        known = engines().voices.get(message.voice)
        if known is None or message.language not in known.languages:
            raise EngineError(f"{message.voice} does not speak {message.language} here")
        voices = [known]
    text = operator_choices.current().pronounced(message.text, message.language)[0] if message.terms else message.text
    for one in voice_fallback.speak(voices, text, message.language, message.named, before=courtesy.give_way):
        yield one.engine, one.audio


def _cloned(message: Synthesis, clone: ClonedVoice) -> Iterator[tuple[str, Audio]]:
    engine, language = engines().cloner(message.language), message.language
    latents = api_cloning.latents(store(), engine, clone)
    try:
        for clause in engine.clauses(message.text, language):
            courtesy.give_way()
            for audio in cached_speech.speak_as(store(), engine, clause, language, voice=clone.id, latents=latents):
                yield engine.name, audio
    finally:
        engine.forget(latents)  # a voice that is deleted meanwhile is not to live on here
