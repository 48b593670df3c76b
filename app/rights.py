"""What somebody may do in a room: signed into their token, and held by the SFU (`app/media/sfu/rights.js`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NewType

Interpreting = NewType("Interpreting", str)
"""To interpret a pair of languages in the machine's place, as "interpret:pt>en"."""
Right = Literal["audio", "video", "screen", "captions", "read", "moderate"] | Interpreting
"""To send a voice, a camera, a screen; to be written down and interpreted; to read; to decide for others."""
Role = Literal["host", "speaker", "listener"]

LISTENER: Final[tuple[Right, ...]] = ("read",)
SPEAKER: Final[tuple[Right, ...]] = ("audio", "video", "screen", "captions", *LISTENER)
HOST: Final[tuple[Right, ...]] = (*SPEAKER, "moderate")
_VOICE: Final[tuple[Right, ...]] = ("audio", "captions")


def rights(role: Role, *, only_hosts_speak: bool = False, interprets: Sequence[str] = ()) -> tuple[Right, ...]:
    """What a role may do in a room where perhaps `only_hosts_speak`; who interprets pairs has a voice in any case."""
    held = _of_role(role, only_hosts_speak=only_hosts_speak)
    if not interprets:
        return held
    return (*dict.fromkeys((*_VOICE, *held)), *(Interpreting(f"interpret:{pair}") for pair in interprets))


def _of_role(role: Role, *, only_hosts_speak: bool) -> tuple[Right, ...]:
    if role == "host":
        return HOST
    if role == "listener":
        return LISTENER
    return tuple(right for right in SPEAKER if not only_hosts_speak or right not in _VOICE)
