"""What is worked on in the simulation: rooms, segments, what workers are asked, and what is seen of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import simpy

from app.media.policy.ladder import Level
from ops.measure.capacity.processor import Processor
from ops.measure.capacity.service import Stages
from ops.measure.capacity.speech import Piece, Turn
from tasks.engines.stt.whisper.certainty import Policy
from tasks.engines.stt.whisper.pace import SHARE, SMOOTHING

SLOWEST: Final = Policy().slowest


@dataclass(eq=False)
class Room:
    """Who talks, and how much of the road that gets: admission may change it while they do."""

    turns: Iterator[Turn]
    level: Level = Level.VOICE


@dataclass
class Found:
    """What was seen, seconds."""

    caption: list[float] = field(default_factory=list)
    """End of speech → caption in the spoken language."""
    translated: list[float] = field(default_factory=list)
    sounds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Language that is heard → last word of each piece → its first sound ready."""
    busy: float = 0.0
    """Share of the workers' cores that worked."""

    @property
    def sound(self) -> list[float]:
        """Last word → first sound ready, in whichever language."""
        return [seconds for lags in self.sounds.values() for seconds in lags]


class Worker:
    """A worker process: its processor, and the queue of what it alone hears."""

    def __init__(self, env: simpy.Environment, cores: float) -> None:
        self.processor = Processor(env, cores)
        self.retired = False
        """Whether it takes nothing more."""
        self.own = simpy.Store(env)
        self.hearing = 0
        """Segments."""
        self.cost = 0.0
        """Seconds that a decoding takes, lately."""

    def every(self, quickest: float) -> float:
        """Seconds of new sound after which a segment is decoded again (`Pace`)."""
        return min(max(quickest, self.cost * self.hearing / SHARE), max(quickest, SLOWEST))

    def took(self, seconds: float) -> None:
        """A decoding is done."""
        self.cost += SMOOTHING * (seconds - self.cost) if self.cost else seconds


@dataclass(eq=False)
class Segment:
    """Speech that one worker hears."""

    piece: Piece
    began: float
    """When its turn began; all times are the simulation's."""
    level: Level
    worker: Worker
    stages: Stages
    heard: float
    """Until when it has been heard."""
    worked_out: float = -1.0
    """Until when it had been heard when it was worked out to its end last."""
    told: float = 0.0
    """The last word that translators were told of."""
    spoken: float = 0.0
    """The last word that was spoken."""
    over: bool = False

    @property
    def ended(self) -> float:
        """When its speech ends."""
        return self.began + self.piece.ended


class Ask(NamedTuple):
    """The own queue: hear on, or work out the end."""

    segment: Segment
    ends: bool
    done: simpy.Event
    final: bool = False


class Job(NamedTuple):
    """The other queues."""

    segment: Segment
    word: float
    """When the last word ended that it is about."""
    seconds: float
    """Of speech that it is about."""
    final: bool
