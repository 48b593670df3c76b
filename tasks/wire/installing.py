"""The wire schema of what the installer is at: written by it alone, read by pages and the doctor."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tasks.wire.messages import Language


class Hindrance(Struct, frozen=True, kw_only=True):
    """Why one model was not installed."""

    model: str
    why: Literal["memory", "engine", "failed"]
    """`memory`: this machine has too little; `engine`: what runs such models is not installed here."""
    said: str
    """For administrators, in English: which source failed why, or what is missing."""
    needed: int = 0
    present: int = 0
    """Bytes of memory; 0 where it is not about memory."""


class Installing(Struct, frozen=True, kw_only=True):
    """What the installer of one machine is at (`keys.INSTALLING`)."""

    host: str
    at: float
    """When this was written, epoch seconds."""
    state: Literal["forbidden", "complete", "running", "failed"]
    """`forbidden`: MODELS_AUTO or MODELS_OFFLINE says so; `complete`: nothing is missing."""
    languages: list[Language] = []
    """Languages, other than English, that nothing translates yet."""
    model: str = ""
    """What is being installed."""
    percent: int = 0
    """How much of all that is needed has arrived; 100 only once it is installed."""
    seconds_left: float | None = None
    """About how long that takes still; None: not known yet."""
    hindrances: list[Hindrance] = []
    """What stood in the way of the last try, the best way first."""
    again_at: float | None = None
    """When it is tried again, epoch seconds."""
