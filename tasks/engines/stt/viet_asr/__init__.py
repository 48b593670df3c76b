"""The streaming Vietnamese recogniser of the `viet-asr` package, on ONNX Runtime: Vietnamese and nothing else."""

from __future__ import annotations

from typing import Final

from tasks.engines.base import SpeechToText
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind


def _load(request: LoadRequest) -> SpeechToText:
    from tasks.engines.stt.viet_asr.engine import VietAsr

    return VietAsr(request.folder, name=request.offer.name, languages=request.offer.serves)


DESCRIPTION: Final = Description(kind=Kind.STT, format="viet-asr", rank=5, load=_load)
