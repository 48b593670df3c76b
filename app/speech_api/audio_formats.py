"""The forms that speech can be had in."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]


class Form(NamedTuple):
    """One form."""

    media_type: str
    container: str
    """Name of FFmpeg's muxer; "" for bare samples."""
    codec: str
    rate: int
    """Hz."""


FORMS: Final[dict[Format, Form]] = {
    "mp3": Form("audio/mpeg", "mp3", "libmp3lame", 24_000),
    "opus": Form("audio/ogg", "ogg", "libopus", 48_000),
    "aac": Form("audio/aac", "adts", "aac", 24_000),
    "flac": Form("audio/flac", "flac", "flac", 24_000),
    "wav": Form("audio/wav", "wav", "pcm_s16le", 24_000),
    "pcm": Form("audio/pcm", "", "", 24_000),
}
"""Rates as OpenAI's; Opus has no 24 kHz of its own in a file."""

MIN_SPEED: Final = 0.25
MAX_SPEED: Final = 4.0
"""Speeds, as OpenAI's."""
