"""Google Translate's voices through the gTTS package: clear, but **everything that is said leaves this machine**.

Never used unless the operator sets GTTS_ENABLED=1 and installs the extra `gtts`.
"""

from __future__ import annotations

import importlib.util
from typing import Final

from tasks.engines.base import TextToSpeech
from tasks.engines.description import Description, LoadRequest, Offer
from tasks.engines.kinds import Kind
from tasks.languages import LANGUAGES
from tasks.settings import GTTS_ENABLED

CODES: Final = {code: known.engines.gtts for code, known in LANGUAGES.items() if known.engines.gtts}
"""Language → what the service calls it."""


def available() -> bool:
    """Whether the operator wants it (GTTS_ENABLED=1) and the extra `gtts` is installed."""
    return GTTS_ENABLED() and importlib.util.find_spec("gtts") is not None


def _load(_request: LoadRequest) -> TextToSpeech:
    from tasks.engines.tts.gtts.voice import Gtts

    return Gtts()


def _offers() -> list[Offer]:
    return [Offer("gtts", DESCRIPTION, frozenset(CODES), has_model=False)]


DESCRIPTION: Final = Description(
    kind=Kind.TTS, format="gtts", rank=40, remote=True, available=available, own_offers=_offers, load=_load
)
