"""Machines that come and go with the calls of a day."""

from __future__ import annotations

from itertools import islice
from random import Random

from ops.measure.capacity.day import Day, cost
from ops.measure.capacity.model import System
from ops.measure.capacity.speech import Talk, drawn
from ops.measure.capacity.work import Room
from ops.measure.figures import percentiles
from tests.measure.service import SERVICE

MORNING = 11
"""The hour until which is simulated: nobody calls before six."""


def test_machines_come_with_the_calls_and_are_fewer_than_all_day() -> None:
    lived = Day(SERVICE, busiest=2.0, machines=1, spare=1).live(MORNING)
    assert lived.machines[0] == 1
    assert max(lived.calls) > 2
    most = max(lived.machines)
    assert 2 <= most <= 8
    assert lived.machine_hours < 0.6 * most * MORNING
    assert sum(lived.dubbed) > 0.95 * sum(lived.calls), "they come before they are missed"
    late = percentiles([seconds for found in lived.found for seconds in found.caption])
    assert late["p95"] < 2.0


def test_a_call_that_there_is_no_room_for_gets_captions_alone() -> None:
    lived = Day(SERVICE, busiest=2.0, machines=1, spare=None).live(MORNING)
    assert cost(SERVICE) > 0.45, "a machine holds one"
    assert {*lived.machines} == {1}
    assert sum(lived.dubbed) < 0.9 * sum(lived.calls)


def test_no_caption_is_lost_with_a_machine_that_goes() -> None:
    def captions(*, goes: bool) -> int:
        rng = Random(5)
        rooms = [Room(islice(drawn(Talk(), SERVICE, rng), 40)) for _ in range(4)]
        system = System(SERVICE, rooms, 3, Random(6))
        for minute in range(1, 3):
            system.env.run(until=60.0 * minute + 2.0)
            if goes:
                system.retire()
        system.env.run(until=900.0)
        assert system.oldest() == 0.0
        return len(system.found.caption)

    assert captions(goes=True) == captions(goes=False) > 100
