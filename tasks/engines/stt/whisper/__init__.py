"""Whisper on CTranslate2: every size and version, English-only and fine-tuned ones too."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import SpeechToText
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind


def _load(request: LoadRequest) -> SpeechToText:
    from tasks.engines.stt.whisper.engine import Whisper

    return Whisper(
        request.folder,
        name=request.offer.name,
        languages=request.offer.serves,
        threads=request.config.stt_threads,
        at_once=request.config.stt_at_once,
    )


DESCRIPTION: Final = Description(kind=Kind.STT, format="whisper-ct2", rank=10, load=_load)
