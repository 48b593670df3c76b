"""What somebody may do in a room: signed into their token, and held by the SFU (`app/media/sfu/rights.js`)."""

from __future__ import annotations

from typing import Final, Literal

Right = Literal["audio", "video", "screen", "captions", "read", "moderate"]
"""To send a voice, a camera, a screen; to be written down and interpreted; to read; to decide for others."""
Role = Literal["host", "speaker", "listener"]

LISTENER: Final[tuple[Right, ...]] = ("read",)
SPEAKER: Final[tuple[Right, ...]] = ("audio", "video", "screen", "captions", *LISTENER)
HOST: Final[tuple[Right, ...]] = (*SPEAKER, "moderate")
_VOICE: Final = ("audio", "captions")


def rights(role: Role, *, only_hosts_speak: bool = False) -> tuple[Right, ...]:
    """What a role may do in a room where perhaps `only_hosts_speak`."""
    if role == "host":
        return HOST
    if role == "listener":
        return LISTENER
    return tuple(right for right in SPEAKER if not only_hosts_speak or right not in _VOICE)
