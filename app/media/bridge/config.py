"""Configuration of the bridge, read from the environment; every number that may be tuned is here."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.wire.environment import env


def _seconds(name: str, default: float) -> float:
    return float(env(name, str(default)))


@dataclass(frozen=True)
class SegmenterConfig:
    """When a segment opens, asks for a hypothesis, and closes. All durations are seconds."""

    open_at: float = 0.5
    """Speech probability that opens a segment (Silero's own default threshold)."""
    keep_at: float = 0.35
    """Probability that keeps an open segment voiced: lower, so that a soft syllable does not end a word."""
    pre_roll: float = 0.75
    """Audio kept from before the first voiced frame, as far as it is after the segment before: the recogniser errs less
    often when it hears the room first. With 0.25 s Portuguese had a WER of 18.7, with 0.5 s 18.2, with 0.75 s 17.5, 1 s
    no better; English 4.4 and 4.1, Vietnamese 37.1 and 37.2 with 0.25 and 0.75 s (docs/quality.md)."""
    tail: float = 0.16
    """Audio kept after the last voiced frame; also the pause after which the first ask is made."""
    endpoint: float = field(default_factory=lambda: _seconds("SEGMENT_ENDPOINT", 0.4))
    """SEGMENT_ENDPOINT: pause that closes a segment."""
    endpoint_short: float = 0.6
    """Pause that closes a segment with next to no speech in it yet: "Well, …" is rarely a whole sentence."""
    short_speech: float = 1.5
    """Voiced time at which the endpoint has come down from `endpoint_short` to `endpoint`, linearly."""
    min_speech: float = 0.2
    """Voiced time below which a segment is a click or a cough, and dropped. Stray hits on music measured
    0.19 s at most; a spoken "yes" has about 0.25 s."""
    max_length: float = field(default_factory=lambda: _seconds("SEGMENT_MAX", 12.0))
    """SEGMENT_MAX: length at which a segment is cut at its quietest recent point."""
    cut_window: float = 3.0
    """How far back from `max_length` the quietest point is looked for."""
    interim_every: float = field(default_factory=lambda: _seconds("INTERIM_EVERY", 2.0))
    """INTERIM_EVERY: seconds between hypotheses while speech goes on; 0 asks only in pauses."""


@dataclass(frozen=True)
class PlayoutConfig:
    """How long playout waits, and when it gives up. All durations are seconds."""

    max_wait: float = 3.0
    """How long a clip that is ready waits for an earlier one that is not, or not to its end."""
    max_lag: float = field(default_factory=lambda: _seconds("PLAYOUT_MAX_LAG", 8.0))
    """PLAYOUT_MAX_LAG: how long after the end of a segment's speech its dub begins at the latest; what would begin
    later is skipped. Workers give up speaking at the same age (`tasks.actors.speak.TOO_LATE`)."""
    hurry_after: float = 3.0
    """Lag above which clips are played faster, up to `fastest` at half of `max_lag`."""
    fastest: float = 1.2
    """How many times faster at most: speech is then still easy to follow."""
    told_for: float = 8.0
    """How long listeners are told that a dub has hurried or skipped something."""
    grace: float = 10.0
    """How long a dubbed track outlives its last listener."""


@dataclass(frozen=True)
class LadderConfig:
    """When the degradation ladder steps. All durations are seconds."""

    poll_every: float = 0.2
    silent_after: float = 1.0
    """A worker without a heartbeat for this long is gone (they come every `keys.HEARTBEAT_EVERY`)."""
    queue_limit: float = field(default_factory=lambda: _seconds("QUEUE_LIMIT", 3.0))
    """QUEUE_LIMIT: age of the oldest waiting message at which its stage counts as failing."""
    up_after: float = 1.0
    """Health needed before a step up; steps down are immediate."""


@dataclass(frozen=True)
class AdmissionConfig:
    """How much work speakers may bring before later ones get less."""

    capacity: float = field(default_factory=lambda: _seconds("ADMISSION_LOAD", 0.9))
    """ADMISSION_LOAD: seconds of work in a second for each host of workers; 0 lets everybody have everything."""
    decoded: float = 2.0
    """How often speech is decoded on average: a growing segment every `interim_every`, and once at its end."""


@dataclass(frozen=True)
class MediaConfig:
    """Everything the bridge can be tuned with."""

    segmenter: SegmenterConfig = field(default_factory=SegmenterConfig)
    playout: PlayoutConfig = field(default_factory=PlayoutConfig)
    ladder: LadderConfig = field(default_factory=LadderConfig)
    admission: AdmissionConfig = field(default_factory=AdmissionConfig)
