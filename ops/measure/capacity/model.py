"""Calls, queues and workers as a discrete-event simulation: when is each caption there, and each first sound?

What it takes from the product: what the segmenter asks for; of a segment's asks the newest alone being worked on, none
of growing speech before the one before is answered, and none of open segments while the queue is behind; finals that
are decoded again and those that are not; three queues of which a worker process takes one message each at a time;
engines with as many threads as they have; a dub for every translation, in rooms that are dubbed. What it leaves out:
network, Redis and web (docs/measurements/capacity.md has their limits), and the ladder, which steps down where this
shows seconds of waiting.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import simpy

from app.media.audio.segmenter import AskKind
from app.media.policy.ladder import Level
from ops.measure.capacity.processor import Processor
from ops.measure.capacity.service import Service, Stage
from ops.measure.capacity.speech import Piece, Talk, Turn, Wish, drawn

Process = Generator[simpy.Event, Any, None]

MAX_INTERIM_QUEUE_SECONDS: Final = 1.0
"""Seconds the stt queue may be behind before interims are left out."""

QUEUES: Final = ("stt", "translate", "speak")


class Room(NamedTuple):
    """Who talks, and how much of the road that gets."""

    turns: Iterator[Turn]
    level: Level = Level.VOICE


@dataclass
class Found:
    """What was seen, seconds."""

    caption: list[float] = field(default_factory=list)
    """End of speech → caption in the spoken language."""
    translated: list[float] = field(default_factory=list)
    sounds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Language that is heard → end of speech → first sound ready."""
    busy: float = 0.0
    """Share of the workers' cores that worked."""

    @property
    def sound(self) -> list[float]:
        """End of speech → first sound ready, in whichever language."""
        return [seconds for lags in self.sounds.values() for seconds in lags]


@dataclass
class _Segment:
    piece: Piece
    ended: float
    """When its speech ends."""
    level: Level
    newest: int = -1
    """Newest revision that was sent."""
    answered: int = -1
    """Newest revision that was decoded."""


@dataclass
class _Job:
    segment: _Segment
    wish: Wish
    sent: float

    @property
    def language(self) -> str:
        """What is spoken."""
        return self.segment.piece.language

    @property
    def speech(self) -> float:
        """Seconds of speech in the segment."""
        return self.segment.piece.speech


class System:
    """Rooms that talk to so many workers."""

    def __init__(
        self, service: Service, rooms: Sequence[Room], workers: int, rng: random.Random, cores: float | None = None
    ) -> None:
        """`cores` are those of each worker; None: as many as the machine had that was measured."""
        self.env = simpy.Environment()
        self.found = Found()
        self._service = service
        self._rng = rng
        self._queues = {name: simpy.Store(self.env) for name in QUEUES}
        self._processors = [Processor(self.env, cores or service.cores) for _ in range(workers)]
        for processor in self._processors:
            for queue, serve in zip(QUEUES, (self._hear, self._turn, self._say), strict=True):
                self.env.process(self._take(queue, serve, processor))
        for room in rooms:
            if room.level > Level.ORIGINAL:
                self.env.process(self._talk(room))

    def run(self, seconds: float, warm_up: float = 60.0) -> Found:
        """What is seen in so many seconds after the beginning is forgotten."""
        if warm_up:
            self.env.run(until=warm_up)
        before = [processor.busy for processor in self._processors]
        self.found = Found()
        self.env.run(until=warm_up + seconds)
        worked = sum(processor.busy - was for processor, was in zip(self._processors, before, strict=True))
        self.found.busy = worked / (seconds * len(self._processors))
        return self.found

    def _talk(self, room: Room) -> Process:
        for turn in room.turns:
            for piece in turn.pieces:
                self.env.process(self._speak(_Segment(piece, self.env.now + piece.ended, room.level)))
            yield self.env.timeout(turn.lasts)

    def _speak(self, segment: _Segment) -> Process:
        begun = self.env.now
        for wish in segment.piece.wishes:
            yield self.env.timeout(max(0.0, begun + wish.at - self.env.now))
            if wish.kind is AskKind.FINAL or self._is_worth(wish, segment):
                segment.newest = wish.revision
                self._send("stt", _Job(segment, wish, self.env.now))

    def _is_worth(self, wish: Wish, segment: _Segment) -> bool:
        """Whether the bridge sends an ask of an open segment."""
        waiting = self._queues["stt"].items
        if waiting and self.env.now - waiting[0].sent > MAX_INTERIM_QUEUE_SECONDS:
            return False
        return wish.kind is AskKind.PAUSE or segment.answered == segment.newest

    def _send(self, queue: str, job: _Job) -> None:
        def arrive() -> Process:
            yield self.env.timeout(self._service.handover)
            yield self._queues[queue].put(job)

        self.env.process(arrive())

    def _take(self, queue: str, serve: Any, processor: Processor) -> Process:  # noqa: ANN401 - a generator function
        while True:
            job = yield self._queues[queue].get()
            yield from serve(job, processor)

    def _hear(self, job: _Job, processor: Processor) -> Process:
        segment, wish = job.segment, job.wish
        if wish.revision < segment.newest:
            return  # a newer ask holds all of it
        if (decoding := self._decoding(job)) is not None:
            yield processor.run(decoding.draw(self._rng, wish.seconds), decoding.threads)
        segment.answered = max(segment.answered, wish.revision)
        if wish.kind is AskKind.FINAL:
            self.found.caption.append(self.env.now - segment.ended)
            if segment.level >= Level.TRANSLATED_CAPTIONS:
                self._send("translate", job)

    def _decoding(self, job: _Job) -> Stage | None:
        """What a job of the `stt` queue takes; None where a final finds what was made ahead, and that will do."""
        stages = self._service.languages[job.language]
        if job.wish.kind is not AskKind.FINAL:
            return stages.usual if job.wish.kind is AskKind.PAUSE else stages.quick
        ahead = job.segment.answered == job.wish.revision and self._rng.random() >= self._service.again
        return None if ahead else stages.thorough

    def _turn(self, job: _Job, processor: Processor) -> Process:
        stage = self._service.translate
        yield processor.run(stage.draw(self._rng, job.speech), stage.threads)
        self.found.translated.append(self.env.now - job.segment.ended)
        if job.segment.level is Level.VOICE:
            self._send("speak", job)

    def _say(self, job: _Job, processor: Processor) -> Process:
        target = next(language for language in sorted(self._service.languages) if language != job.language)
        stages = self._service.languages[target]
        first = stages.first_sound.draw(self._rng, job.speech)
        yield processor.run(first, stages.speak.threads)
        self.found.sounds[target].append(self.env.now - job.segment.ended)
        rest = stages.speak.draw(self._rng, job.speech) - first
        if rest > 0:
            yield processor.run(rest, stages.speak.threads)


def run(service: Service, talk: Talk, rooms: int, workers: int, seconds: float = 600.0, seed: int = 1) -> Found:
    """So many rooms that talk like this, and are dubbed."""
    rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not unpredictable
    talking = [Room(drawn(talk, service, rng)) for _ in range(rooms)]
    return System(service, talking, workers, rng).run(seconds)
