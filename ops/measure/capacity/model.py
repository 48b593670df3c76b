"""Calls, queues and workers as a discrete-event simulation: when is each caption there, and each sound?

What it takes from the product: each segment is heard by one worker from its first sound on, decoded again and again,
less often the more that takes, and to its end in every pause; the sentence so far is translated whenever the worker is
certain of another clause; pieces of the translation are spoken as they come; queues of which a worker process takes
one message each at a time; engines with as many threads as they have; a dub for every translation, in rooms that are
dubbed. What it leaves out: sentences that end within a segment; network, Redis and web
(docs/measurements/capacity.md has their limits), and the ladder, which steps down where this shows seconds of waiting.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import simpy

from app.media.policy.ladder import Level
from ops.measure.capacity.processor import Processor
from ops.measure.capacity.service import Service, Stages
from ops.measure.capacity.speech import Piece, Talk, Turn, drawn
from tasks.engines.stt.whisper.certainty import Policy
from tasks.engines.stt.whisper.pace import SHARE, SMOOTHING

Process = Generator[simpy.Event, Any, None]

SLOWEST: Final = Policy().slowest


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
    """Language that is heard → last word of each piece → its first sound ready."""
    busy: float = 0.0
    """Share of the workers' cores that worked."""

    @property
    def sound(self) -> list[float]:
        """Last word → first sound ready, in whichever language."""
        return [seconds for lags in self.sounds.values() for seconds in lags]


class _Worker:
    """A worker process: its processor, and the queue of what it alone hears."""

    def __init__(self, env: simpy.Environment, cores: float) -> None:
        self.processor = Processor(env, cores)
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


@dataclass
class _Segment:
    piece: Piece
    began: float
    """When its turn began; all times are the simulation's."""
    level: Level
    worker: _Worker
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


class _Ask(NamedTuple):
    """The own queue: hear on, or work out the end."""

    segment: _Segment
    ends: bool
    done: simpy.Event
    final: bool = False


class _Job(NamedTuple):
    """The other queues."""

    segment: _Segment
    word: float
    """When the last word ended that it is about."""
    seconds: float
    """Of speech that it is about."""
    final: bool


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
        self._translate, self._speak = simpy.Store(self.env), simpy.Store(self.env)
        self._workers = [_Worker(self.env, cores or service.cores) for _ in range(workers)]
        for worker in self._workers:
            self.env.process(self._take(worker.own, self._hear, worker))
            self.env.process(self._take(self._translate, self._turn, worker))
            self.env.process(self._take(self._speak, self._say, worker))
        for room in rooms:
            if room.level > Level.ORIGINAL:
                self.env.process(self._talk(room))

    def run(self, seconds: float, warm_up: float = 60.0) -> Found:
        """What is seen in so many seconds after the beginning is forgotten."""
        if warm_up:
            self.env.run(until=warm_up)
        before = [worker.processor.busy for worker in self._workers]
        self.found = Found()
        self.env.run(until=warm_up + seconds)
        worked = sum(worker.processor.busy - was for worker, was in zip(self._workers, before, strict=True))
        self.found.busy = worked / (seconds * len(self._workers))
        return self.found

    def _talk(self, room: Room) -> Process:
        for turn in room.turns:
            for piece in turn.pieces:
                self.env.process(self._utter(piece, self.env.now, room.level))
            yield self.env.timeout(turn.lasts)

    def _utter(self, piece: Piece, began: float, level: Level) -> Process:
        yield self.env.timeout(piece.begun)
        worker = min(self._workers, key=lambda one: one.hearing)
        worker.hearing += 1
        now, stages = self.env.now, self._service.languages[piece.language]
        segment = _Segment(piece, began, level, worker, stages, heard=now, told=now, spoken=now)
        self.env.process(self._grow(segment))
        for at in piece.pauses:
            yield self._until(began + at)
            self._ask(segment, ends=True)
        yield self._until(began + piece.closed)
        yield self._ask(segment, ends=True, final=True)
        segment.over = True
        worker.hearing -= 1

    def _grow(self, segment: _Segment) -> Process:
        """Have it heard on while it is being spoken."""
        while True:
            due = segment.heard + segment.worker.every(segment.stages.every)
            if due > segment.ended:
                return
            if due > self.env.now:
                yield self._until(due)
                continue  # it may have been heard meanwhile, or the pace have changed
            yield self._ask(segment, ends=False)

    def _until(self, at: float) -> simpy.Event:
        return self.env.timeout(max(0.0, at - self.env.now))

    def _ask(self, segment: _Segment, *, ends: bool, final: bool = False) -> simpy.Event:
        ask = _Ask(segment, ends, self.env.event(), final)
        self._send(segment.worker.own, ask)
        return ask.done

    def _send(self, queue: simpy.Store, job: _Ask | _Job) -> None:
        def arrive() -> Process:
            yield self.env.timeout(self._service.handover)
            yield queue.put(job)

        self.env.process(arrive())

    def _take(self, queue: simpy.Store, serve: Any, worker: _Worker) -> Process:  # noqa: ANN401 - a generator function
        while True:
            job = yield queue.get()
            yield from serve(job, worker)

    def _hear(self, ask: _Ask, worker: _Worker) -> Process:
        segment, now = ask.segment, self.env.now
        heard = min(now, segment.ended)
        if ask.ends and segment.worked_out < heard:
            end = segment.stages.end
            yield worker.processor.run(end.draw(self._rng, heard - segment.heard), end.threads)
            segment.worked_out = segment.heard = heard
        elif not ask.ends and heard > segment.heard:
            hear = segment.stages.hear
            yield worker.processor.run(hear.draw(self._rng, heard - segment.heard), hear.threads)
            worker.took(self.env.now - now)
            segment.heard = max(segment.heard, heard)
            self._tell(segment, heard - segment.stages.certain)
        if ask.final:
            self.found.caption.append(self.env.now - segment.ended)
            self._translated(segment, segment.ended, final=True)
        ask.done.succeed()

    def _tell(self, segment: _Segment, certain: float) -> None:
        """Tell translators of the clauses that are certain by now: of those that ended together, together."""
        every = segment.stages.clause_every
        count = int((certain - segment.told) / every)
        if count > 0:
            segment.told += count * every
            self._translated(segment, segment.told, final=False)

    def _translated(self, segment: _Segment, word: float, *, final: bool) -> None:
        if segment.level >= Level.TRANSLATED_CAPTIONS:
            seconds = word - segment.began - segment.piece.begun
            self._send(self._translate, _Job(segment, word, seconds, final))

    def _turn(self, job: _Job, worker: _Worker) -> Process:
        segment, stage = job.segment, self._service.translate
        if segment.over and not job.final:
            return  # the whole sentence has come
        yield worker.processor.run(stage.draw(self._rng, job.seconds), stage.threads)
        if job.final:
            self.found.translated.append(self.env.now - segment.ended)
        if segment.level is not Level.VOICE:
            return
        if job.final or job.word - segment.spoken >= segment.stages.piece_every:
            covered, segment.spoken = max(0.0, job.word - segment.spoken), max(segment.spoken, job.word)
            self._send(self._speak, _Job(segment, job.word, covered, job.final))

    def _say(self, job: _Job, worker: _Worker) -> Process:
        own = job.segment.piece.language
        target = next(language for language in sorted(self._service.languages) if language != own)
        stages = self._service.languages[target]
        first = stages.first_sound.draw(self._rng, job.seconds)
        yield worker.processor.run(first, stages.speak.threads)
        self.found.sounds[target].append(self.env.now - job.word)
        rest = stages.speak.draw(self._rng, job.seconds) - first
        if rest > 0:
            yield worker.processor.run(rest, stages.speak.threads)


def run(service: Service, talk: Talk, rooms: int, workers: int, seconds: float = 600.0, seed: int = 1) -> Found:
    """So many rooms that talk like this, and are dubbed."""
    rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not unpredictable
    talking = [Room(drawn(talk, service, rng)) for _ in range(rooms)]
    return System(service, talking, workers, rng).run(seconds)
