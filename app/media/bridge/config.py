"""Configuration of the bridge, read from the environment, with that of the audio and the policy it works with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.media.audio.config import SegmenterConfig
from app.media.policy.config import AdmissionConfig, InterpretingConfig, LadderConfig
from tasks.wire import keys
from tasks.wire.environment import number
from tasks.wire.messages import DEFAULT_MAX_LAG_SECONDS


@dataclass(frozen=True)
class PlayoutConfig:
    """How long playout waits, and when it gives up. All durations are seconds."""

    max_wait: float = 3.0
    """How long a clip that is ready waits for an earlier one that is not, or not to its end."""
    max_lag: float = field(default_factory=number("PLAYOUT_MAX_LAG", DEFAULT_MAX_LAG_SECONDS, 1, keys.CLIP_TTL))
    """PLAYOUT_MAX_LAG: how long after the last word of a clause its dub begins at the latest; what would begin later is
    skipped. Each segment carries it (`Segment.max_lag`), so that workers give up speaking at the same age."""
    whole_sentences: float = 10.0
    """How much longer whole sentences may take, where somebody wants those: a short one waits for the long one before
    it, which sounds as long as it was spoken."""
    typed: float = 40.0
    """How much longer what was typed may take: no voice goes on meanwhile, and a line waits for those before it. With
    `max_lag` it stays below the life of a clip."""
    hurry_after: float = 1.0
    """Lag above which clips are played faster, the more the later: so gently and so early that who speaks without a
    pause is followed at a pace that hardly changes. It is cheap: a dub played 1.1 times faster is understood as well
    (docs/measurements/voices.md)."""
    fastest: float = 1.2
    """How many times faster at most: speech is then still easy to follow."""
    fastest_at: float = 0.2
    """Share of `max_lag` at which they are: answers come sooner than that, and who does not pause is soon beyond it."""
    told_at: float = 0.4
    """Share of `max_lag` from which on listeners are told that clips are played faster."""
    told_for: float = 8.0
    """How long listeners are told that a dub has hurried or skipped something."""
    grace: float = 10.0
    """How long a dubbed track outlives its last listener."""
    in_turns: float = 30.0
    """`max_lag` of dubs that wait until their speaker has finished, for people who share a device: nothing of them is
    skipped but what nobody would connect with what was said."""

    def taking_turns(self) -> PlayoutConfig:
        """The same for such dubs, which need not catch up: nobody speaks while they sound."""
        return replace(self, max_lag=self.in_turns, hurry_after=self.in_turns)


@dataclass(frozen=True)
class MediaConfig:
    """Everything the bridge can be tuned with."""

    segmenter: SegmenterConfig = field(default_factory=SegmenterConfig)
    playout: PlayoutConfig = field(default_factory=PlayoutConfig)
    ladder: LadderConfig = field(default_factory=LadderConfig)
    admission: AdmissionConfig = field(default_factory=AdmissionConfig)
    interpreting: InterpretingConfig = field(default_factory=InterpretingConfig)
