"""When people are given less, read from the environment; every number of it that may be tuned is here."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.wire.environment import number


@dataclass(frozen=True)
class LadderConfig:
    """When the degradation ladder steps. All durations are seconds."""

    poll_every: float = 0.2
    silent_after: float = 1.0
    """A worker without a heartbeat for this long is gone (they come every `keys.HEARTBEAT_EVERY`)."""
    queue_limit: float = field(default_factory=number("QUEUE_LIMIT", 3.0, 0.1, 600))
    """QUEUE_LIMIT: age of the oldest waiting message at which its stage counts as failing."""
    up_after: float = 1.0
    """Health needed before a step up; steps down are immediate."""


@dataclass(frozen=True)
class InterpretingConfig:
    """When the machine takes over from a person who interprets."""

    silent_after: float = 8.0
    """Seconds of speech without a word of its interpreter: more than any of them lags behind."""


@dataclass(frozen=True)
class AdmissionConfig:
    """How much work speakers may bring before later ones get less."""

    capacity: float = field(default_factory=number("ADMISSION_LOAD", 0.9, 0, 1_000))
    """ADMISSION_LOAD: seconds of work in a second for each host of workers; 0 lets everybody have everything."""
    silence: float = 180.0
    """Seconds without speech after which a room counts for nothing until somebody speaks again: microphones that are on
    in a forgotten tab take the dub from nobody. The SFU has the same number (`room.js`)."""
