"""How many machines there should be: ready for a further call, and no machine that comes only to go again."""

from __future__ import annotations

import pytest

from app.media.policy.scaling import Demand, wanted

EACH = 0.9
"""What a machine takes on."""


def demand(machines: int, calls: int, *, cost: float = 0.5, age: float = 0.0) -> Demand:
    return Demand(machines, calls * cost, machines * EACH, cost, age)


@pytest.mark.parametrize(
    ("machines", "calls", "expected"),
    [
        (0, 0, 1),
        (1, 0, 1),
        (1, 1, 2),  # 1.0 with a further one
        (2, 1, 2),
        (2, 2, 2),
        (2, 3, 3),
        (3, 3, 3),  # two could hold three, but not two more
        (3, 1, 2),
        (9, 1, 8),  # one after the other
        (2, 9, 6),  # as many as it takes at once
    ],
)
def test_a_further_call_would_get_its_voices(machines: int, calls: int, expected: int) -> None:
    found = wanted(demand(machines, calls)).machines
    assert found == expected
    if found:
        again = wanted(demand(found, calls)).machines
        assert again == found or found < machines, "what has come stays"


def test_who_wants_to_be_ready_for_more_has_more() -> None:
    assert [wanted(demand(2, 2), spare=spare).machines for spare in (0, 1, 2, 3)] == [2, 2, 3, 3]


def test_one_more_comes_where_messages_wait_though_there_should_be_machines_enough() -> None:
    assert wanted(demand(2, 1, age=2.5)) == (3, "a message has waited 2.5 s")
    assert wanted(demand(2, 9, age=2.5)).machines == 6


def test_without_admission_only_the_age_is_known() -> None:
    assert wanted(Demand(3, 0.0, 0.0, 0.5, 0.0)).machines == 3
    assert wanted(Demand(3, 0.0, 0.0, 0.5, 2.5)).machines == 4
