"""The simulation: against queueing theory where that has an answer, and against what must be so."""

from __future__ import annotations

import statistics
from random import Random

import simpy

from ops.capacity.__main__ import holds, most_rooms, run
from ops.capacity.limits import rows
from ops.capacity.model import Talk
from ops.capacity.processor import Process, Processor
from ops.capacity.service import Service, Stage

SERVICE = Service(
    endpoint=0.5,
    quick=Stage(0.4, 0.8),
    usual=Stage(0.5, 1.0),
    thorough=Stage(0.6, 1.2),
    again=0.1,
    pauses=0.1,
    translate=Stage(0.05, 0.1),
    speak=Stage(1.0, 2.0),
    first_clause=Stage(0.4, 0.8),
)


def test_a_shared_processor_keeps_to_the_theory_of_processor_sharing() -> None:
    env, rng, took = simpy.Environment(), Random(7), []
    processor = Processor(env)

    def job() -> Process:
        began = env.now
        yield processor.run(rng.expovariate(1.0))
        took.append(env.now - began)

    def arrivals() -> Process:
        while True:
            yield env.timeout(rng.expovariate(0.6))
            env.process(job())

    env.process(arrivals())
    env.run(until=40_000)
    assert abs(statistics.mean(took) - 1 / (1 - 0.6)) < 0.15, "M/M/1-PS: mean time is service/(1 - load)"
    assert abs(processor.busy / 40_000 - 0.6) < 0.02


def test_a_quiet_system_is_as_quick_as_its_stages_and_a_full_one_is_not() -> None:
    alone = run(SERVICE, Talk(pause=30), 1, 1, seconds=3_600)
    # The ask in the pause begins 0.16 s after the end of speech and takes half a second; now and then one is under way.
    assert 0.6 < statistics.median(alone.caption) < 0.9
    assert 0.4 < statistics.median(alone.sound) - statistics.median(alone.translated) < 0.5
    assert alone.busy < 0.1
    full = run(SERVICE, Talk(), 12, 2)
    assert full.busy > 0.95
    assert not holds(full)
    assert run(SERVICE, Talk(), 2, 2).caption == run(SERVICE, Talk(), 2, 2).caption, "the same every time"


def test_workers_together_hold_at_least_what_they_hold_alone() -> None:
    one, four = most_rooms(SERVICE, Talk(), 1), most_rooms(SERVICE, Talk(), 4)
    assert one >= 1
    assert four >= 4 * one
    assert [room for _, room, _ in rows(4)] == sorted(room for _, room, _ in rows(4))
    assert all(room > 0 for _, room, _ in rows(2))
