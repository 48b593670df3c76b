"""Calls, queues and workers as a discrete-event simulation: when is each caption there, and each first sound?

What it takes from the product: interim asks every `INTERIM_EVERY` seconds and one in the pause, the newest ask of a
segment alone being worked on; three queues of which a worker process takes one message each at a time; models that use
all of a worker's cores; a dub for every translation. What it leaves out: network, Redis and web (docs/capacity.md has
their limits), and the ladder, which steps down where this shows seconds of waiting.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Final

import simpy

from app.media.config import SegmenterConfig
from ops.capacity.processor import Processor
from ops.capacity.service import Service

Process = Generator[simpy.Event, Any, None]

SEGMENTER: Final = SegmenterConfig()


@dataclass(frozen=True)
class Talk:
    """How a room talks."""

    utterance: float = 5.0
    """Mean seconds of an utterance; gamma with shape 3, SEGMENT_MAX at most."""
    pause: float = 1.5
    """Mean seconds between the end of one and the beginning of the next, exponential."""
    voices: int = 1
    """How many talk at once: independent of each other."""
    languages: int = 1
    """Languages that each utterance is translated into and spoken in."""


@dataclass
class Found:
    """What was seen, seconds."""

    caption: list[float] = field(default_factory=list)
    """End of speech → caption in the spoken language."""
    translated: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)
    """End of speech → first clause ready."""
    busy: float = 0.0
    """Share of the time in which a worker's processor worked."""
    utterances: int = 0


@dataclass
class _Segment:
    ended: float = 0.0
    newest: int = 0
    answered: int = 0
    """Newest revision that was decoded."""
    closed: simpy.Event | None = None


@dataclass
class _Job:
    segment: _Segment
    revision: int = 0
    last: bool = False
    done: simpy.Event | None = None


class System:
    """Rooms that talk to so many workers."""

    def __init__(self, service: Service, talk: Talk, rooms: int, workers: int, seed: int = 1) -> None:
        self.env = simpy.Environment()
        self.found = Found()
        self._service = service
        self._talk = talk
        self._rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not unpredictable
        self._queues = {name: simpy.Store(self.env) for name in ("stt", "translate", "speak")}
        self._processors = [Processor(self.env) for _ in range(workers)]
        for processor in self._processors:
            for queue, serve in (("stt", self._hear), ("translate", self._turn), ("speak", self._say)):
                self.env.process(self._take(queue, serve, processor))
        for _ in range(rooms * talk.voices):
            self.env.process(self._speaker())

    def run(self, seconds: float, warm_up: float = 60.0) -> Found:
        """What is seen in so many seconds after the beginning is forgotten."""
        self.env.run(until=warm_up)
        before = [processor.busy for processor in self._processors]
        self.found = Found()
        self.env.run(until=warm_up + seconds)
        worked = sum(one.busy - was for one, was in zip(self._processors, before, strict=True))
        self.found.busy = worked / (seconds * len(self._processors))
        return self.found

    def _speaker(self) -> Process:
        talk, rng = self._talk, self._rng
        yield self.env.timeout(rng.uniform(0, talk.utterance + talk.pause))
        while True:
            yield from self._utterance(min(SEGMENTER.max_length, rng.gammavariate(3, talk.utterance / 3)))
            yield self.env.timeout(rng.expovariate(1 / talk.pause) if talk.pause else 0)

    def _utterance(self, length: float) -> Process:
        segment, began = _Segment(), self.env.now
        while (left := began + length - self.env.now) > SEGMENTER.interim_every:
            yield self.env.timeout(SEGMENTER.interim_every)
            if segment.answered == segment.newest:  # a patient ask waits for the answer to the one before
                self._ask(segment)
        yield self.env.timeout(max(0.0, left))
        segment.ended = self.env.now
        self.env.process(self._ending(segment))

    def _ask(self, segment: _Segment) -> None:
        segment.newest += 1
        self._queues["stt"].put(_Job(segment, segment.newest))

    def _ending(self, segment: _Segment) -> Process:
        yield self.env.timeout(SEGMENTER.tail)
        self._ask(segment)
        yield self.env.timeout(self._service.endpoint - SEGMENTER.tail)
        self._queues["stt"].put(_Job(segment, segment.newest, last=True))

    def _take(self, queue: str, serve: Any, processor: Processor) -> Process:  # noqa: ANN401 - a generator function
        while True:
            job = yield self._queues[queue].get()
            yield from serve(job, processor)

    def _hear(self, job: _Job, processor: Processor) -> Process:
        segment = job.segment
        if job.revision < segment.newest:
            return  # a newer ask holds all of it
        if not (job.last and segment.answered == job.revision):
            yield processor.run(self._service.transcribe.draw(self._rng))
        segment.answered = max(segment.answered, job.revision)
        if job.last:
            self.found.utterances += 1
            self.found.caption.append(self.env.now - segment.ended)
            for _ in range(self._talk.languages):
                self._queues["translate"].put(job)

    def _turn(self, job: _Job, processor: Processor) -> Process:
        yield processor.run(self._service.translate.draw(self._rng))
        self.found.translated.append(self.env.now - job.segment.ended)
        self._queues["speak"].put(job)

    def _say(self, job: _Job, processor: Processor) -> Process:
        first = self._service.first_clause.draw(self._rng)
        yield processor.run(first)
        self.found.sound.append(self.env.now - job.segment.ended)
        rest = self._service.speak.draw(self._rng) - first
        if rest > 0:
            yield processor.run(rest)
