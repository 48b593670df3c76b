"""Lines that Whisper invents when nobody speaks, learnt from the subtitles it was trained on.

A last resort, after levels and probabilities. The lists hold what the reports on faster-whisper #506 and
WhisperLive #246 name, and what this project's own non-speech clips produced.
"""

from __future__ import annotations

import re
from typing import Final

_PUNCTUATION = re.compile(r"[^\w\s]+")

_NEVER_SAID: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        {
            "thanks for watching",
            "thank you for watching",
            "thank you so much for watching",
            "please subscribe to my channel",
            "please like and subscribe",
            "subtitles by the amaraorg community",
            "transcription by castingwords",
        }
    ),
    "pt": frozenset(
        {
            "legendas pela comunidade amaraorg",
            "legenda adriana zanotto",
            "obrigado por assistir",
            "inscrevase no canal",
            "transcrição e legendas pela comunidade amaraorg",
        }
    ),
    "vi": frozenset(
        {
            "hãy subscribe cho kênh ghiền mì gõ để không bỏ lỡ những video hấp dẫn",
            "cảm ơn các bạn đã theo dõi và hẹn gặp lại",
            "hẹn gặp lại các bạn trong những video tiếp theo",
            "các bạn hãy đăng kí cho kênh lalaschool để không bỏ lỡ những video hấp dẫn",
        }
    ),
}
"""Subtitle lines that are dropped whatever their probability."""

_RARELY_SAID: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"you", "thank you", "thanks", "bye", "the end", "im sorry", "oh", "okay"}),
    "pt": frozenset({"obrigado", "e aí", "tchau", "o que é isso", "a", "e", "amém"}),
    "vi": frozenset({"đi", "cảm ơn", "cảm ơn các bạn", "xin chào các bạn", "à"}),
}
"""Lines that people do say, dropped only where the recogniser doubted that anybody spoke."""

DOUBT: Final = 0.3
"""Probability of silence from which `_RARELY_SAID` lines are dropped; speech stays below 0.25 as a rule."""


def is_phantom(text: str, language: str, no_speech: float) -> bool:
    """Whether `text` is a line that Whisper invents, given its probability that nobody spoke."""
    line = " ".join(_PUNCTUATION.sub("", text.lower()).split())
    if line in _NEVER_SAID.get(language, frozenset()):
        return True
    return no_speech >= DOUBT and line in _RARELY_SAID.get(language, frozenset())
