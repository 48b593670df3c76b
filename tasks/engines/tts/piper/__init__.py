"""Piper voices: VITS networks on onnxruntime; their phonemes come from the espeak-ng program."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.tts import espeak_program


def _load(request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.piper.voice import Piper

    (language,) = request.offer.serves
    voice = Piper(request.folder, language, threads=request.config.threads)
    voice.fingerprint = espeak_program.version()
    return voice


DESCRIPTION: Final = Description(
    kind=Kind.TTS, format="piper", rank=20, quick=True, available=espeak_program.available, load=_load
)
