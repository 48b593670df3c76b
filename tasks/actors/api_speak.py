"""The actor that speaks for an API request, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator

from tasks import steps
from tasks.actors import api_cloning, replies
from tasks.broker import current, store
from tasks.serving import engines
from tasks.voice_fallback import Spoken
from tasks.wire.requests import ClonedVoice, SpokenPart, Synthesis


def synthesize(message: Synthesis) -> None:
    """Answer with every piece of audio as soon as it is there, then with one empty part that ends it."""
    client, part, rate, engine = store(), 0, 0, ""
    for spoken in _cloned(message, message.clone) if message.clone else _spoken(message):
        if not replies.awaited(client, message):
            return
        rate, engine = spoken.audio.rate, spoken.engine
        answer = SpokenPart(part=part, last=False, rate=rate, samples=spoken.audio.samples, engine=engine)
        replies.send(client, message.request, answer, spoken.audio.pcm)
        part += 1
    end = SpokenPart(part=part, last=True, rate=rate, samples=0, engine=engine)
    replies.send(client, message.request, end)


def _spoken(message: Synthesis) -> Iterator[Spoken]:
    speech = steps.speak(
        message.text,
        message.language,
        engine=message.voice,
        voice=message.named,
        glossary=message.terms,
        before_clause=current().calls.give_way,
    )
    return speech.clauses


def _cloned(message: Synthesis, clone: ClonedVoice) -> Iterator[Spoken]:
    engine = engines().cloner_for(message.language)
    latents = api_cloning.latents(store(), engine, clone)
    try:
        yield from steps.speak_as(
            engine,
            message.text,
            message.language,
            voice=clone.id,
            latents=latents,
            before_clause=current().calls.give_way,
        )
    finally:
        engine.forget(latents)  # a voice that is deleted meanwhile is not to live on here
