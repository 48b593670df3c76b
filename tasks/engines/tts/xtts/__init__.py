"""XTTS v2 through coqui-tts (extra `xtts`), which speaks in the voice of a recording; for non-commercial use only."""

from __future__ import annotations

import importlib.util
from typing import Final

from tasks.engines.base import VoiceCloner
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind


def available() -> bool:
    """Whether the extra `xtts` is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("TTS", "torch", "torchaudio"))


def _load(request: LoadRequest) -> VoiceCloner:
    from tasks.engines.tts.xtts.voice import Xtts

    return Xtts(request.folder, threads=request.config.threads)


DESCRIPTION: Final = Description(kind=Kind.TTS, format="xtts", rank=60, clones=True, available=available, load=_load)
