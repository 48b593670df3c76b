"""espeak-ng as a makeshift voice: quick, hard to follow. Used when a better one is missing or too slow."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest, Offer
from tasks.engines.kinds import Kind
from tasks.engines.tts import espeak_program


def _load(_request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.espeak.voice import Espeak

    voice = Espeak()
    voice.fingerprint = espeak_program.version()
    return voice


def _offers() -> list[Offer]:
    return [Offer("espeak-ng", DESCRIPTION, frozenset(espeak_program.VOICES), default=True, has_model=False)]


DESCRIPTION: Final = Description(
    kind=Kind.TTS,
    format="espeak",
    rank=50,
    quick=True,
    available=espeak_program.available,
    own_offers=_offers,
    load=_load,
)
