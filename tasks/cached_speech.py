"""Speaking through the cache: a clause that the same engine has spoken in the same voice is not spoken again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tasks import cache
from tasks.broker import store
from tasks.engines.base import Audio, Piece, TextToSpeech, VoiceCloner
from tasks.wire import keys
from tasks.wire.cache import Part, forget

FORMAT: Final = 3
"""Goes up whenever how the same engine sounds is changed, be it by `loudness`, `speakable` or its own file."""


class _Entry(msgspec.Struct, array_like=True):
    """One entry."""

    rate: int
    pcm: bytes


def speak(
    engine: TextToSpeech, clause: str, language: str, voice: str | None = None, *, in_pieces: bool = False
) -> Iterator[Piece]:
    """As `engine.speak` or `engine.pieces`; what is in the cache comes in one piece.

    `clause` is one that `engine.clauses` gave.

    Raises:
        EngineError: the engine could not speak it.
    """
    named = voice or next(iter(engine.voices.get(language, ())), "")
    parts = (FORMAT, engine.name, engine.fingerprint, language, named, clause)
    if (cached := _get(parts)) is not None:
        yield Piece(cached, last=True)
        return
    if not in_pieces:
        whole = engine.speak(clause, language, voice)
        _put(parts, whole)
        yield Piece(whole, last=True)
        return
    made: list[Audio] = []
    for piece in engine.pieces(clause, language, voice):
        made.append(piece.audio)
        yield piece
    _put(parts, _joined(made))


def speak_as(engine: VoiceCloner, clause: str, language: str, *, voice: str, latents: bytes) -> Iterator[Audio]:
    """As `engine.speak_as` for the cloned voice with the id `voice`; what is in the cache comes in one piece.

    Raises:
        EngineError: the engine could not speak it.
        redis.RedisError: Redis does not answer, so nobody knows whether the voice was deleted meanwhile.
    """
    parts = (FORMAT, engine.name, engine.fingerprint, language, "", clause, voice, latents)
    if (cached := _get(parts)) is not None:
        yield cached
        return
    made: list[Audio] = []
    for piece in engine.speak_as(clause, language, latents):
        made.append(piece)
        yield piece
    _put(parts, _joined(made), tag=voice)
    if not store().exists(keys.voice_reference(voice)):
        # It was deleted meanwhile: whoever did so may have looked into the cache before this entry came.
        forget(store(), "audio", voice)


def _joined(pieces: list[Audio]) -> Audio:
    return Audio(b"".join(piece.pcm for piece in pieces), pieces[-1].rate if pieces else 0)


def _get(parts: tuple[Part, ...]) -> Audio | None:
    value = cache.get("audio", parts)
    if value is None:
        return None
    cached = msgspec.msgpack.decode(value, type=_Entry)
    return Audio(cached.pcm, cached.rate)


def _put(parts: tuple[Part, ...], audio: Audio, *, tag: str = "") -> None:
    cache.put("audio", parts, msgspec.msgpack.encode(_Entry(audio.rate, audio.pcm)), tag=tag)
