"""`make capacity CAPACITY_ARGS=--check`: the cases of `make load` in the simulation, beside what was measured."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from app.media.policy.ladder import Level
from ops.measure.capacity.model import System
from ops.measure.capacity.service import Service
from ops.measure.capacity.speech import spoken
from ops.measure.capacity.work import Found, Room

MAX_DIFFERENCE: Final = 0.2
"""How far a median may be off, as a share of what was measured."""
MIN_UTTERANCES: Final = 10
"""Utterances below which a measured median proves nothing."""
RUNS: Final = 20
"""How often each case is simulated, with other draws."""
SETTLE_SECONDS: Final = 8.0
"""Seconds for the last words to come through."""


class Compared(NamedTuple):
    """One median."""

    case: str
    """People x calls."""
    what: str
    measured: float
    """Milliseconds."""
    utterances: int
    """That were measured."""
    simulated: float

    @property
    def off(self) -> float:
        """By how much, as a share of what was measured."""
        return self.simulated / self.measured - 1

    @property
    def verdict(self) -> str:
        """Why it is not close enough; empty where it is."""
        if self.utterances < MIN_UTTERANCES:
            return "too few to tell"
        return "" if abs(self.off) <= MAX_DIFFERENCE else "too far off"


def levels(row: dict[str, Any]) -> list[Level]:
    """How much each call got: admission's decision, which rests on what workers measure as they start."""
    shares = {Level[name.upper()]: share for name, share in row["ladder"]["share_of_time"].items()}
    found = [level for level in sorted(shares, reverse=True) for _ in range(round(row["calls"] * shares[level]))]
    return (found + [min(shares, default=Level.ORIGINAL)] * row["calls"])[: row["calls"]]


def simulate(service: Service, row: dict[str, Any], cores: float) -> Found:
    """What `make load` would have seen of a row, again and again."""
    others = sum(used["cpu_percent"] for name, used in row["processes"].items() if name != "worker") / 100
    found = Found()
    for seed in range(RUNS):
        rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not unpredictable
        rooms = [Room(spoken(row["people"], call, row["seconds"]), level) for call, level in enumerate(levels(row))]
        run = System(service, rooms, 1, rng, cores - others).run(row["seconds"] + SETTLE_SECONDS, warm_up=0.0)
        found.caption += run.caption
        found.translated += run.translated
        for language, lags in run.sounds.items():
            found.sounds[language] += lags
    return found


def compare(service: Service, measured: dict[str, Any]) -> Iterator[Compared]:
    """Every median that both have."""
    for row in measured["rows"]:
        found = simulate(service, row, measured["machine"]["cores"])
        # The median of two voices together lies somewhere between both, where next to no clip is.
        pairs = [
            ("source caption", row["lag_ms"]["source caption"], found.caption),
            ("translated caption", row["lag_ms"]["translated caption"], found.translated),
            *((f"clip in {voice}", real, found.sounds[voice]) for voice, real in sorted(row["clip_ms"].items())),
        ]
        for what, real, lags in pairs:
            if real["n"] and lags:
                case = f"{row['people']} x {row['calls']}"
                yield Compared(case, what, real["p50"], real["n"], 1000 * statistics.median(lags))


def passes(compared: list[Compared]) -> bool:
    """Whether each that rests on enough utterances is close enough."""
    return not any(row.verdict == "too far off" for row in compared)


def table(compared: list[Compared]) -> str:
    """For a person, in Markdown."""
    lines = [
        "| people x calls | median | measured, ms | utterances | simulated, ms | off |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.case} | {row.what} | {row.measured:.0f} | {row.utterances} | {row.simulated:.0f} | {row.off:+.0%}"
        f"{f', {row.verdict}' if row.verdict else ''} |"
        for row in compared
    ]
    return "\n".join(lines)
