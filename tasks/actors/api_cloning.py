"""What an engine has learned of a cloned voice, made once and kept in Redis for as long as the voice is used."""

from __future__ import annotations

from typing import Final

import redis

from tasks.engines.base import Audio, EngineError, VoiceCloner
from tasks.wire import keys
from tasks.wire.requests import ClonedVoice

_KEEP: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1
"""
"""Only beside the reference: whoever deletes a voice deletes that first, and nothing of it comes back."""


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
    client.eval(_KEEP, 2, keys.voice_reference(voice.id), key, made, str(keys.LATENTS_TTL))
    return made
