"""When a segmenter cuts, read from the environment; every number of it that may be tuned is here."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.wire.environment import INTERIM_EVERY, SEGMENT_ENDPOINT, SEGMENT_MAX


@dataclass(frozen=True)
class SegmenterConfig:
    """When a segment opens, asks for a hypothesis, and closes. All durations are seconds."""

    open_at: float = 0.5
    """Speech probability that opens a segment (Silero's own default threshold)."""
    keep_at: float = 0.35
    """Probability that keeps an open segment voiced: lower, so that a soft syllable does not end a word."""
    pre_roll: float = 0.75
    """Audio kept from before the first voiced frame, as far as it is after the segment before: the recogniser errs less
    often when it hears the room first (docs/measurements/recogniser.md)."""
    tail: float = 0.16
    """Audio kept after the last voiced frame; also the pause after which the first ask is made."""
    endpoint: float = field(default_factory=SEGMENT_ENDPOINT)
    """SEGMENT_ENDPOINT: pause that closes a segment."""
    endpoint_short: float = 0.6
    """Pause that closes a segment with next to no speech in it yet: "Well, …" is rarely a whole sentence."""
    short_speech: float = 1.5
    """Voiced time at which the endpoint has come down from `endpoint_short` to `endpoint`, linearly."""
    min_speech: float = 0.2
    """Voiced time below which a segment is a click or a cough, and dropped; a spoken "yes" has a little more."""
    max_length: float = field(default_factory=SEGMENT_MAX)
    """SEGMENT_MAX: length at which a segment that is not heard as a stream is cut at its quietest recent point."""
    cut_window: float = 3.0
    """How far back from there the quietest point is looked for."""
    interim_every: float = field(default_factory=INTERIM_EVERY)
    """INTERIM_EVERY: seconds between asks when speech goes on, for streams of the speech API; 0 asks only in pauses."""
    stream_every: float = 0.128
    """The same where speech is heard as a stream, which costs no more for being asked often: each ask brings what is
    new, and of asks that wait the worker takes the newest. It is a quarter of what a recogniser waits for
    (`Policy.every`): what it wants and has not got by a little, it gets a whole ask later."""
    stream_max: float = 30.0
    """Length of segments that are heard as streams. They are not cut in what was heard: the longer they last, the
    shorter the pause that ends them."""
    stream_patience: float = 15.0
    """Length from which on a pause shorter than `endpoint` ends such a segment, down to `stream_pause` at `cut_window`
    before `stream_max`. Where none comes within as much after it, it is cut at the quietest point not heard yet."""
    stream_pause: float = 0.064
    """The shortest pause that ends a segment."""
