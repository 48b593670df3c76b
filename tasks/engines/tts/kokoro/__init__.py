"""Kokoro-82M, the clear Portuguese voice; its phonemes come from the espeak-ng program."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.tts import espeak_program


def _load(request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.kokoro.voice import Kokoro

    voice = Kokoro(request.folder, threads=request.config.threads)
    voice.fingerprint = espeak_program.version()
    return voice


DESCRIPTION: Final = Description(
    kind=Kind.TTS, format="kokoro", rank=30, available=espeak_program.available, load=_load
)
