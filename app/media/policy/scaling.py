"""How many machines with workers there should be, for whatever adds and removes them. Pure logic.

Admission says it before anybody waits: it knows what the calls there are come to, and what a further one would. Where
it was wrong, messages wait, and their age says so.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

OLD_SECONDS: Final = 2.0
"""Seconds that the oldest message of a call may wait while there are machines enough; the ladder acts after three."""


class Demand(NamedTuple):
    """What calls ask for, and what there is to give."""

    machines: int
    """That have workers which answer."""
    load: float
    """Seconds of work in a second that the calls there are come to."""
    capacity: float
    """Seconds of work in a second that these machines take on; 0: admission lets everybody have everything."""
    further: float
    """Seconds of work in a second that a further call would come to."""
    age: float
    """Seconds that the oldest message of a call has waited."""


class Wanted(NamedTuple):
    """How many there should be."""

    machines: int
    why: str


def wanted(demand: Demand, *, spare: int = 1) -> Wanted:
    """Machines on which so many further calls would still get their voices.

    More come as soon as there is no room for these. One goes when there is room for one call more without it: so what
    has just come does not go again at once.
    """
    there = demand.machines
    if not there:
        return Wanted(1, "no worker answers")
    each = demand.capacity / there
    if demand.age > OLD_SECONDS:
        return Wanted(max(there + 1, _holding(demand, each, spare)), f"a message has waited {demand.age:.1f} s")
    if not each:
        return Wanted(there, "without ADMISSION_LOAD nobody knows what calls come to")
    said = f"calls come to {demand.load:.2f} of {demand.capacity:.2f}, a further one to {demand.further:.2f}"
    if (more := _holding(demand, each, spare)) > there:
        return Wanted(more, said)
    return Wanted(there - 1 if _holding(demand, each, spare + 1) < there else there, said)


def _holding(demand: Demand, each: float, further: int) -> int:
    """Machines that hold the calls there are and so many more; one at least."""
    return max(1, math.ceil((demand.load + further * demand.further) / each)) if each else 1
