"""Whether what Whisper decoded can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasks.engines.stt.phantoms import DOUBT, is_phantom
from tasks.languages.text import compression_ratio

NO_SPEECH: Final = 0.6
DOUBTFUL: Final = -0.7
UNLIKELY: Final = -1.0
JUNK: Final = -1.3
LOOPING: Final = 2.4
"""Limits on the probability of silence, the mean log-probability of a token (three: decode again, refuse where
silence is likely too, refuse) and the compression ratio. On this project's clips speech stayed within 0.39 and
-0.8, non-speech beyond 0.5 and -0.9 but for loops, which compression gives away."""


@dataclass(frozen=True)
class Decoded:
    """One decoding."""

    text: str
    log_probability: float
    no_speech: float
    looped: bool
    whole: bool
    """False where the decoder lost its place, so that words may be missing."""
    repeats: bool = False
    """Whether something was said several times in a row: in a short window the model does not count well."""

    @property
    def doubtful(self) -> bool:
        """Whether it may be wrong."""
        return not self.whole or self.log_probability < DOUBTFUL

    @property
    def wants_care(self) -> bool:
        """Whether it is worth a more careful decoding."""
        return (self.doubtful or self.repeats) and not self.nobody_spoke

    @property
    def nobody_spoke(self) -> bool:
        """Whether it is most likely an invention. A loop alone says nothing of that: "five, five, five" makes one."""
        return self.no_speech >= NO_SPEECH and self.log_probability < DOUBTFUL


def refusal(decoded: Decoded, language: str) -> str:
    """Why this text must not be shown; empty when it may be."""
    compressed = compression_ratio(decoded.text)
    if not decoded.text or not any(character.isalnum() for character in decoded.text):
        return "nothing recognised"
    if decoded.no_speech >= NO_SPEECH and (decoded.doubtful or decoded.log_probability < UNLIKELY / 2):
        return "no speech"
    if compressed > LOOPING and (not decoded.whole or decoded.no_speech >= DOUBT):
        return "repetition loop"
    if decoded.log_probability < JUNK or (decoded.log_probability < UNLIKELY and decoded.no_speech > 0.3):
        return "too uncertain"
    if is_phantom(decoded.text, language, decoded.no_speech):
        return "phantom line"
    return ""
