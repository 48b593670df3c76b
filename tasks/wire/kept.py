"""What travels from the bridge to `web` of a call that is kept: Opus packets with their place in the call.

Times are steps of 2.5 ms, in which Opus counts, since the call began to be kept. It is no JSON: audio would grow by a
third.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from tasks.wire.messages import Identifier

STEPS: Final = 400
"""A second."""
PEAKS: Final = 10
"""A second: loudness for a picture of the sound."""
STEPS_A_PEAK: Final = STEPS // PEAKS
LONGEST: Final = 48
"""Steps of one Opus packet (RFC 6716 3.1)."""
_MOST_STEPS: Final = 24 * 3_600 * STEPS

Step = Annotated[int, Meta(ge=0, le=_MOST_STEPS)]


class KeptPacket(Struct, frozen=True, array_like=True):
    """One Opus packet."""

    at: Step
    length: Annotated[int, Meta(ge=1, le=LONGEST)]
    """Steps."""
    data: Annotated[bytes, Meta(min_length=1, max_length=8_000)]
    said: Step | None = None
    """Of a dub: when the speaker began to say what it translates."""


class Cue(Struct, frozen=True, array_like=True):
    """Where a dub of a sentence begins."""

    segment: Identifier
    at: Step


class KeptChunk(Struct, frozen=True, kw_only=True):
    """Some seconds of one voice, or of its dub in one language."""

    room: Identifier
    call: Identifier
    """Id of the kept call."""
    speaker: Identifier
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$")] = ""
    """Of the dub; empty: what they said themselves."""
    packets: Annotated[list[KeptPacket], Meta(max_length=4_000)]
    """In order, without overlap."""
    peaks_from: Annotated[int, Meta(ge=0, le=_MOST_STEPS // STEPS_A_PEAK)] = 0
    """Place of the first of `peaks`, counted since the call began to be kept."""
    peaks: Annotated[bytes, Meta(max_length=20_000)] = b""
    """The loudest sample of each tenth of a second, 0 to 255."""
    cues: Annotated[list[Cue], Meta(max_length=1_000)] = []
    lost: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds that could not be passed on before this."""


def pack(chunk: KeptChunk) -> bytes:
    """The bytes that travel."""
    return msgspec.msgpack.encode(chunk)


def unpack(data: bytes) -> KeptChunk:
    """The chunk in `data`.

    Raises:
        msgspec.DecodeError: it is none; the sender is at fault.
    """
    return msgspec.msgpack.decode(data, type=KeptChunk)
