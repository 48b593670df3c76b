"""English speech by hibari-tts, whose wheel holds its voice."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind


def _load(_request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.hibari.voice import Hibari

    return Hibari(threads=1)


DESCRIPTION: Final = Description(kind=Kind.TTS, format="hibari", rank=10, quick=True, load=_load)
