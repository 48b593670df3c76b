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
from collections.abc import Sequence
from typing import Any, Final

import simpy

from app.media.policy.ladder import Level
from ops.measure.capacity.processor import Process
from ops.measure.capacity.service import Service
from ops.measure.capacity.speech import Piece, Talk, drawn
from ops.measure.capacity.work import Ask, Found, Job, Room, Segment, Worker

ADOPTED_SECONDS: Final = 0.5
"""Seconds until another worker goes on with what one was hearing that stops (`tasks.adoption`)."""


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
        self._cores = cores or service.cores
        self._workers: list[Worker] = []
        self._heard: dict[Segment, None] = {}
        for _ in range(workers):
            self.add()
        for room in rooms:
            self.open(room)

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self._workers)

    def open(self, room: Room) -> None:
        """Somebody begins to talk."""
        if room.level > Level.ORIGINAL:
            self.env.process(self._talk(room))

    def add(self) -> None:
        """One worker more."""
        worker = Worker(self.env, self._cores)
        self._workers.append(worker)
        self.env.process(self._take(worker.own, self._hear, worker))
        self.env.process(self._take(self._translate, self._turn, worker))
        self.env.process(self._take(self._speak, self._say, worker))

    def retire(self) -> None:
        """The newest worker drains: it finishes what it is at, and another goes on with what it was hearing."""
        gone = self._workers.pop()
        gone.retired = True
        for segment in [one for one in self._heard if one.worker is gone]:
            segment.worker = self._least()
            segment.worker.hearing += 1
        self.env.process(self._hand_over(gone))

    def oldest(self) -> float:
        """Seconds that the oldest message has waited."""
        queues = [self._translate, self._speak, *(worker.own for worker in self._workers)]
        return max((self.env.now - queue.items[0][0] for queue in queues if queue.items), default=0.0)

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
        worker = self._least()
        worker.hearing += 1
        now, stages = self.env.now, self._service.languages[piece.language]
        segment = Segment(piece, began, level, worker, stages, heard=now, told=now, spoken=now)
        self._heard[segment] = None
        self.env.process(self._grow(segment))
        for at in piece.pauses:
            yield self._until(began + at)
            self._ask(segment, ends=True)
        yield self._until(began + piece.closed)
        yield self._ask(segment, ends=True, final=True)
        segment.over = True
        del self._heard[segment]
        segment.worker.hearing -= 1

    def _least(self) -> Worker:
        return min(self._workers, key=lambda one: one.hearing)

    def _hand_over(self, gone: Worker) -> Process:
        """What is asked of it from now on, too, comes to whoever hears the segment now."""
        yield self.env.timeout(ADOPTED_SECONDS)
        while True:
            since, ask = yield gone.own.get()
            yield ask.segment.worker.own.put((since, ask))

    def _grow(self, segment: Segment) -> Process:
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

    def _ask(self, segment: Segment, *, ends: bool, final: bool = False) -> simpy.Event:
        ask = Ask(segment, ends, self.env.event(), final)
        self._send(segment.worker.own, ask)
        return ask.done

    def _send(self, queue: simpy.Store, job: Ask | Job) -> None:
        def arrive() -> Process:
            yield self.env.timeout(self._service.handover)
            yield queue.put((self.env.now, job))

        self.env.process(arrive())

    def _take(self, queue: simpy.Store, serve: Any, worker: Worker) -> Process:  # noqa: ANN401 - a generator function
        while True:
            since, job = yield queue.get()
            if worker.retired:
                yield queue.put((since, job))
                return
            yield from serve(job, worker)

    def _hear(self, ask: Ask, worker: Worker) -> Process:
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

    def _tell(self, segment: Segment, certain: float) -> None:
        """Tell translators of the clauses that are certain by now: of those that ended together, together."""
        every = segment.stages.clause_every
        count = int((certain - segment.told) / every)
        if count > 0:
            segment.told += count * every
            self._translated(segment, segment.told, final=False)

    def _translated(self, segment: Segment, word: float, *, final: bool) -> None:
        if segment.level >= Level.TRANSLATED_CAPTIONS:
            seconds = word - segment.began - segment.piece.begun
            self._send(self._translate, Job(segment, word, seconds, final))

    def _turn(self, job: Job, worker: Worker) -> Process:
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
            self._send(self._speak, Job(segment, job.word, covered, job.final))

    def _say(self, job: Job, worker: Worker) -> Process:
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
