"""What a listening process writes to its output: records of a header in JSON and audio."""

from __future__ import annotations

import struct
from typing import Final, Literal

from msgspec import Struct

SIZE_HEADER: Final = struct.Struct(">I")
"""Comes before every header, and before every packet that is written to a listening process."""

MAX_PACKET_BYTES: Final = 64 * 1024
"""Bytes of one packet of a stream at most."""

Mode = Literal["file", "reference", "pcm", "opus"]
"""A whole file to be cut; a whole file to be kept; a stream of 16 kHz s16le; a stream of Opus packets."""

REFERENCE_RATE: Final = 24_000
"""Sample rate of a cloned voice's reference, Hz: what XTTS reads its speakers at is 22 050."""


class SpeechRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record. Times are seconds from the start of the audio."""

    kind: Literal["speech", "audio", "end", "refused"]
    """A piece with speech; all of it; how long it was; why it cannot be used."""
    size: int = 0
    """Bytes of PCM that follow the header."""
    final: bool = True
    seq: int = 0
    revision: int = 0
    start: float = 0.0
    """Of the PCM."""
    speech_start: float = 0.0
    speech_end: float = 0.0
    seconds: float = 0.0
    """Length of all of it."""
    status: int = 0
    code: str = ""
    message: str = ""
