"""Lines that Whisper invents when nobody speaks, learnt from the subtitles it was trained on.

A last resort, after levels and probabilities. Each language lists them (`Recognition`): what the reports on
faster-whisper #506 and WhisperLive #246 name, and what this project's own non-speech clips produced.
"""

from __future__ import annotations

import re
from typing import Final

from tasks.languages import described

_PUNCTUATION = re.compile(r"[^\w\s]+")

DOUBT: Final = 0.3
"""Probability of silence from which a language's `doubtful` lines are dropped; speech stays below 0.25 as a rule."""


def is_phantom(text: str, language: str, no_speech: float) -> bool:
    """Whether `text` is a line that Whisper invents, given its probability that nobody spoke."""
    line = " ".join(_PUNCTUATION.sub("", text.lower()).split())
    known = described(language).recognition
    if known is None:
        return False
    return line in known.phantoms or (no_speech >= DOUBT and line in known.doubtful)
