"""A day of calls, and machines with workers that come and go by what `jbcalling workers wanted` says.

The number of calls follows an office's day. Admission gives each call its voices where there is room, as the bridge
does, and takes more on when machines have come. A machine that is asked for takes a while until it works, and is paid
for from then on until its worker has drained.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.media.policy import scaling
from app.media.policy.config import AdmissionConfig
from app.media.policy.ladder import Level
from ops.measure.capacity.model import System
from ops.measure.capacity.processor import Process
from ops.measure.capacity.service import Service
from ops.measure.capacity.speech import Talk, Turn, drawn
from ops.measure.capacity.work import Found, Room

HOUR: Final = 3_600.0
CURVE: Final = (0, 0, 0, 0, 0, 0, 1, 3, 7, 10, 9, 7, 4, 6, 9, 10, 8, 5, 3, 3, 2, 1, 0, 0)
"""Calls at each hour of the day, as tenths of those of the busiest."""
CALL_SECONDS: Final = 1_800.0
"""Mean length of a call."""
LOOK_SECONDS: Final = 25.0
"""Between two looks of `ops/scaling/scale.sh`."""
QUIET_SECONDS: Final = 600.0
"""How long one has not been wanted when it goes."""
BOOT_SECONDS: Final = 90.0
"""From asking for a machine until it works: a minute to boot, half of one to load the models."""
DRAIN_SECONDS: Final = 60.0
"""From telling a worker to stop until its machine is gone, at most."""
STEP_SECONDS: Final = 900.0
"""Of one point of the plot."""


@dataclass
class Lived:
    """What was seen in each step of a day."""

    calls: list[float] = field(default_factory=list)
    """Mean number of calls."""
    dubbed: list[float] = field(default_factory=list)
    """Of those, with voices."""
    machines: list[float] = field(default_factory=list)
    """Mean number of machines that are paid for."""
    found: list[Found] = field(default_factory=list)

    @property
    def machine_hours(self) -> float:
        """Paid for in all."""
        return sum(self.machines) * STEP_SECONDS / HOUR


def cost(service: Service) -> float:
    """Seconds of work in a second that a call comes to while somebody speaks in it, as workers measure it."""
    found = [
        stages.hear.typical(stages.every) / stages.every
        + service.pauses * stages.end.typical(stages.every)
        + service.translate.typical(stages.clause_every) / stages.clause_every
        + stages.speak.typical(stages.piece_every) / stages.piece_every
        for stages in service.languages.values()
    ]
    return sum(found) / len(found)


class Day:
    """One day. `live` once."""

    def __init__(self, service: Service, busiest: float, machines: int, spare: int | None, seed: int = 1) -> None:
        """`busiest`: calls at once in the busiest hour. `machines` there are at first; without `spare`, always."""
        self._rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not unpredictable
        self._calls = random.Random(seed + 1)  # noqa: S311 - the same calls, however many machines there are
        self._service = service
        self._busiest = busiest
        self._spare = spare
        self._cost = cost(service)
        self._each = AdmissionConfig().capacity
        self._rooms: dict[Room, None] = {}
        self._system = System(service, [], machines, self._rng)
        self._paid = machines
        self._coming = 0
        self._wanted_at = 0.0
        self._sums = {"calls": 0.0, "dubbed": 0.0, "machines": 0.0}

    def live(self, hours: int = 24) -> Lived:
        """What happens until this hour."""
        env, lived = self._system.env, Lived()
        env.process(self._call())
        env.process(self._count())
        if self._spare is not None:
            env.process(self._scale(self._spare))
        while env.now < hours * HOUR:
            self._system.found = Found()
            self._sums = dict.fromkeys(self._sums, 0.0)
            env.run(until=env.now + STEP_SECONDS)
            for name, total in self._sums.items():
                getattr(lived, name).append(total / STEP_SECONDS)
            lived.found.append(self._system.found)
        return lived

    def _call(self) -> Process:
        """Calls begin as the curve has it."""
        env, most = self._system.env, self._busiest / CALL_SECONDS
        while True:
            yield env.timeout(self._calls.expovariate(most))
            if self._calls.random() < CURVE[int(env.now / HOUR) % 24] / max(CURVE):
                env.process(self._hold(self._calls.expovariate(1 / CALL_SECONDS)))

    def _hold(self, seconds: float) -> Process:
        room = Room(_during(drawn(Talk(), self._service, self._rng), seconds))
        self._rooms[room] = None
        self._admit()
        self._system.open(room)
        yield self._system.env.timeout(seconds)
        del self._rooms[room]
        self._admit()

    def _admit(self) -> None:
        """Calls in the order in which they began have their voices, while there is room for them."""
        left = self._system.workers * self._each
        for number, room in enumerate(self._rooms):
            fits = number == 0 or self._cost <= left
            room.level = Level.VOICE if fits else Level.TRANSLATED_CAPTIONS
            left -= self._cost if fits else 0.0

    def _count(self) -> Process:
        while True:
            self._sums["calls"] += len(self._rooms)
            self._sums["dubbed"] += sum(room.level is Level.VOICE for room in self._rooms)
            self._sums["machines"] += self._paid
            yield self._system.env.timeout(1.0)

    def _scale(self, spare: int) -> Process:
        """`ops/scaling/scale.sh`."""
        env = self._system.env
        while True:
            yield env.timeout(LOOK_SECONDS)
            there, dubbed = self._system.workers, sum(room.level is Level.VOICE for room in self._rooms)
            load, age = dubbed * self._cost, self._system.oldest()
            demand = scaling.Demand(there, load, there * self._each, self._cost, age)
            wanted = scaling.wanted(demand, spare=spare).machines
            if wanted >= there + self._coming:
                self._wanted_at = env.now
            for _ in range(wanted - there - self._coming):
                env.process(self._come())
            if wanted < there and not self._coming and env.now - self._wanted_at > QUIET_SECONDS:
                self._wanted_at = env.now
                env.process(self._go())

    def _come(self) -> Process:
        self._coming += 1
        self._paid += 1
        yield self._system.env.timeout(BOOT_SECONDS)
        self._coming -= 1
        self._system.add()
        self._admit()

    def _go(self) -> Process:
        self._system.retire()
        self._admit()
        yield self._system.env.timeout(DRAIN_SECONDS)
        self._paid -= 1


def _during(turns: Iterator[Turn], seconds: float) -> Iterator[Turn]:
    """Those that begin within so many seconds."""
    begun = 0.0
    for turn in turns:
        if begun > seconds:
            return
        yield turn
        begun += turn.lasts
