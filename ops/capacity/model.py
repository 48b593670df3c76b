"""Calls, queues and workers as a discrete-event simulation: when is each caption there, and each first sound?

What it takes from the product: interim asks every `INTERIM_EVERY` seconds and in every pause, the newest ask of a
segment alone being worked on; long speech cut at `SEGMENT_MAX`; finals that are decoded again and those that are not;
three queues of which a worker process takes one message each at a time; models that use all of a worker's cores; a dub
for every translation, in rooms that are dubbed. What it leaves out: network, Redis and web (docs/capacity.md has their
limits), and the ladder, which steps down where this shows seconds of waiting.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import simpy

from app.media.config import SegmenterConfig
from app.media.segmenter import AskKind
from ops.capacity.processor import Processor
from ops.capacity.service import Service, Stage

Process = Generator[simpy.Event, Any, None]

SEGMENTER: Final = SegmenterConfig()


@dataclass(frozen=True)
class Talk:
    """How a room talks."""

    utterance: float = 5.0
    """Mean seconds of an utterance; gamma with shape 3."""
    pause: float = 1.5
    """Mean seconds between the end of one and the beginning of the next, exponential."""
    voices: int = 1
    """How many talk at once: independent of each other."""
    languages: int = 1
    """Languages that each utterance is translated into and spoken in."""
    turns: tuple[tuple[str, float, float], ...] = ()
    """Language, seconds of speech and of silence after it, again and again, in place of those that are drawn."""


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
    language: str
    ended: float = 0.0
    newest: int = 0
    answered: int = 0
    """Newest revision that was decoded."""
    spoken: bool = True
    """Whether its room is dubbed."""


@dataclass
class _Job:
    segment: _Segment
    revision: int
    kind: AskKind
    target: str = ""
    """Language that it is translated into and spoken in."""


class System:
    """Rooms that talk to so many workers; `dubbed` of them are dubbed, all by default."""

    def __init__(
        self, service: Service, talk: Talk, rooms: int, workers: int, *, dubbed: int | None = None, seed: int = 1
    ) -> None:
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
        for room in range(rooms):
            for _ in range(talk.voices):
                self.env.process(self._speaker(spoken=dubbed is None or room < dubbed))

    def run(self, seconds: float, warm_up: float = 60.0) -> Found:
        """What is seen in so many seconds after the beginning is forgotten."""
        self.env.run(until=warm_up)
        before = [processor.busy for processor in self._processors]
        self.found = Found()
        self.env.run(until=warm_up + seconds)
        worked = sum(one.busy - was for one, was in zip(self._processors, before, strict=True))
        self.found.busy = worked / (seconds * len(self._processors))
        return self.found

    def _speaker(self, *, spoken: bool) -> Process:
        talk, rng = self._talk, self._rng
        yield self.env.timeout(rng.uniform(0, talk.utterance + talk.pause))
        for language, length, pause in itertools.cycle(talk.turns) if talk.turns else self._drawn():
            left = length
            while left > 0:
                segment = _Segment(language, spoken=spoken)
                yield from self._speak(segment, min(left, SEGMENTER.max_length), cut=left > SEGMENTER.max_length)
                left -= SEGMENTER.max_length
            yield self.env.timeout(pause)

    def _drawn(self) -> Iterator[tuple[str, float, float]]:
        talk, rng, languages = self._talk, self._rng, sorted(self._service.languages)
        while True:
            silence = rng.expovariate(1 / talk.pause) if talk.pause else 0.0
            yield rng.choice(languages), rng.gammavariate(3, talk.utterance / 3), silence

    def _speak(self, segment: _Segment, length: float, *, cut: bool) -> Process:
        ended = self.env.now + length
        while True:
            pause = self._rng.expovariate(self._service.pauses) if self._service.pauses else math.inf
            wait, kind = min((SEGMENTER.interim_every, AskKind.GROWTH), (pause, AskKind.PAUSE), key=lambda one: one[0])
            if self.env.now + wait >= ended:
                break
            yield self.env.timeout(wait)
            if kind is AskKind.PAUSE or segment.answered == segment.newest:  # one of growth waits for the answer before
                self._ask(segment, kind)
        yield self.env.timeout(ended - self.env.now)
        segment.ended = self.env.now
        if cut:
            segment.newest += 1
            self._close(segment)
        else:
            self.env.process(self._ending(segment))

    def _ask(self, segment: _Segment, kind: AskKind) -> None:
        segment.newest += 1
        self._queues["stt"].put(_Job(segment, segment.newest, kind))

    def _close(self, segment: _Segment) -> None:
        self._queues["stt"].put(_Job(segment, segment.newest, AskKind.FINAL))

    def _ending(self, segment: _Segment) -> Process:
        yield self.env.timeout(SEGMENTER.tail)
        self._ask(segment, AskKind.PAUSE)
        yield self.env.timeout(max(0.0, self._service.endpoint - SEGMENTER.tail))
        self._close(segment)

    def _take(self, queue: str, serve: Any, processor: Processor) -> Process:  # noqa: ANN401 - a generator function
        while True:
            job = yield self._queues[queue].get()
            yield from serve(job, processor)

    def _hear(self, job: _Job, processor: Processor) -> Process:
        segment = job.segment
        if job.revision < segment.newest:
            return  # a newer ask holds all of it
        if (decoding := self._decoding(job)) is not None:
            yield processor.run(decoding.draw(self._rng))
        segment.answered = max(segment.answered, job.revision)
        if job.kind is AskKind.FINAL:
            self.found.utterances += 1
            self.found.caption.append(self.env.now - segment.ended)
            others = [one for one in sorted(self._service.languages) if one != segment.language]
            for number in range(self._talk.languages):
                self._queues["translate"].put(replace(job, target=others[number % len(others)]))

    def _decoding(self, job: _Job) -> Stage | None:
        """What a job of the `stt` queue takes; None where a final finds what was made ahead, and that will do."""
        stages = self._service.languages[job.segment.language]
        if job.kind is not AskKind.FINAL:
            return stages.usual if job.kind is AskKind.PAUSE else stages.quick
        ahead = job.segment.answered == job.revision and self._rng.random() >= self._service.again
        return None if ahead else stages.thorough

    def _turn(self, job: _Job, processor: Processor) -> Process:
        yield processor.run(self._service.translate.draw(self._rng))
        self.found.translated.append(self.env.now - job.segment.ended)
        if job.segment.spoken:
            self._queues["speak"].put(job)

    def _say(self, job: _Job, processor: Processor) -> Process:
        stages = self._service.languages[job.target]
        first = stages.first_clause.draw(self._rng)
        yield processor.run(first)
        self.found.sound.append(self.env.now - job.segment.ended)
        rest = stages.speak.draw(self._rng) - first
        if rest > 0:
            yield processor.run(rest)
