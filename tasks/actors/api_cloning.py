"""What an engine has learned of a cloned voice, made once and kept in Redis for as long as the voice is used."""

from __future__ import annotations

from typing import Final

import redis

from tasks.engines.base import Audio, EngineError, VoiceCloner
from tasks.wire import keys
from tasks.wire.requests import ClonedVoice

UNSURE_SECONDS: Final = 60
"""How long what was learned lies there should its worker die before it has looked whether the voice was deleted."""


def latents(client: redis.Redis, engine: VoiceCloner, voice: ClonedVoice) -> bytes:
    """What `engine` needs to know of `voice`.

    Raises:
        EngineError: the reference is not in Redis, because the voice was deleted or the request waited too long.
    """
    key = keys.voice_latents(voice.id, engine.name)
    reference = client.get(keys.voice_reference(voice.id))
    if not isinstance(reference, bytes):
        raise EngineError("the reference of this voice is gone: it was deleted, or the request waited too long")
    kept = client.getex(key, ex=keys.LATENTS_TTL)
    if isinstance(kept, bytes):
        return kept
    made = engine.latents(Audio(reference, voice.rate))
    # Whoever deletes a voice deletes its reference first, and then what lies there: nothing of it comes back.
    client.set(key, made, ex=UNSURE_SECONDS)
    if client.exists(keys.voice_reference(voice.id)):
        client.expire(key, keys.LATENTS_TTL)
    else:
        client.delete(key)
    return made
