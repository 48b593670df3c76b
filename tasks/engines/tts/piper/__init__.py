"""Piper voices through piper-tts, which is GPL-3.0 and therefore never installed by default (extra `piper`)."""

from __future__ import annotations

import importlib.util
from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind


def available() -> bool:
    """Whether the extra `piper` is installed."""
    return importlib.util.find_spec("piper") is not None


def _load(request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.piper.voice import Piper

    return Piper(request.folder, threads=request.config.threads)


DESCRIPTION: Final = Description(kind=Kind.TTS, format="piper", rank=20, quick=True, available=available, load=_load)
