"""The actor that speaks for an API request, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dramatiq

from tasks import keys
from tasks.broker import broker, store
from tasks.engines.base import Audio, EngineError
from tasks.messages import from_payload
from tasks.requests import cloning, replies
from tasks.requests.courtesy import courtesy
from tasks.requests.messages import ClonedVoice, SpokenPart, Synthesis
from tasks.serving import engines


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def synthesize(payload: dict[str, Any]) -> None:
    """Answer a `Synthesis`: every piece of audio as soon as it is there, then one empty part that ends it."""
    message = from_payload(payload, Synthesis)
    client, part, rate = store(), 0, 0
    engine, pieces = _cloned(message, message.clone) if message.clone else _spoken(message)
    for audio in pieces:
        if not replies.awaited(client, message):
            return
        rate = audio.rate
        spoken = SpokenPart(part=part, last=False, rate=rate, samples=audio.samples, engine=engine)
        replies.send(client, message.request, spoken, audio.pcm)
        part += 1
    end = SpokenPart(part=part, last=True, rate=rate, samples=0, engine=engine)
    replies.send(client, message.request, end)


def _spoken(message: Synthesis) -> tuple[str, Iterator[Audio]]:
    if message.voice is None:
        engine = engines().voice(message.language, late=False)
    else:
        known = engines().voices.get(message.voice)
        if known is None or message.language not in known.languages:
            raise EngineError(f"{message.voice} does not speak {message.language} here")
        engine = known

    def speak() -> Iterator[Audio]:
        for clause in engine.clauses(message.text, message.language):
            courtesy.give_way()
            yield engine.speak(clause, message.language)

    return engine.name, speak()


def _cloned(message: Synthesis, clone: ClonedVoice) -> tuple[str, Iterator[Audio]]:
    engine = engines().cloner(message.language)
    latents = cloning.latents(store(), engine, clone)

    def speak() -> Iterator[Audio]:
        try:
            for clause in engine.clauses(message.text, message.language):
                courtesy.give_way()
                yield from engine.speak_as(clause, message.language, latents)
        finally:
            engine.forget(latents)  # a voice that is deleted meanwhile is not to live on here

    return engine.name, speak()
