"""`make capacity CAPACITY_ARGS=--check`: the cases of `make load` in the simulation, beside what was measured."""

from __future__ import annotations

import itertools
import statistics
from typing import Any, Final

from ops.capacity.model import System, Talk
from ops.capacity.service import Service
from ops.road.callers import PAUSE, turns
from tests.support.people import speech_bounds
from tests.support.recordings import recordings

ENOUGH: Final = 0.2
"""How far a median may be off, as a share of what was measured."""
FEW: Final = 10
"""Utterances below which a measured median proves nothing."""
SECONDS: Final = 1_200.0
SPOKEN: Final = 200
"""Recordings after which a simulated room begins anew."""


def talk(people: int) -> Talk:
    """How callers talk: recordings in their order, with the silence that these begin and end with."""
    rounds: list[tuple[str, float, float]] = []
    silence = 0.0
    for name in itertools.islice(turns(people), SPOKEN):
        begin, end = speech_bounds(recordings()[name].path)
        if rounds:
            rounds[-1] = (*rounds[-1][:2], silence + begin)
        rounds.append((recordings()[name].language, end - begin, PAUSE))
        silence = recordings()[name].duration_s - end + PAUSE
    return Talk(turns=tuple(rounds))


def against(service: Service, measured: dict[str, Any]) -> tuple[str, bool]:
    """A table of medians, and whether each that rests on enough utterances is close enough."""
    lines, close = [f"{'people x calls':<16}{'':<20}{'measured':>10}{'n':>5}{'simulated':>11}{'off':>7}"], True
    for row in measured["rows"]:
        # Which calls are dubbed is decided by admission, from what workers measure as they start: taken as it was.
        dubbed = round(row["calls"] * row["ladder"]["share_of_time"].get("voice", 0.0))
        found = System(service, talk(row["people"]), row["calls"], 1, dubbed=dubbed).run(SECONDS)
        simulated = {"source caption": found.caption, "translated caption": found.translated, "clip": found.sound}
        for name, lags in simulated.items():
            real = row["lag_ms"][name]
            if not real["n"] or not lags:
                continue
            median = 1000 * statistics.median(lags)
            off, few = median / real["p50"] - 1, real["n"] < FEW
            close = close and (few or abs(off) <= ENOUGH)
            case = f"{row['people']} x {row['calls']}"
            lines.append(
                f"{case:<16}{name:<20}{real['p50']:>10.0f}{real['n']:>5}{median:>11.0f}{off:>+7.0%}"
                f"{'  too few to tell' if few else '' if abs(off) <= ENOUGH else '  too far off'}"
            )
    return "\n".join(lines), close
