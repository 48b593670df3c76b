"""`make capacity`: how many rooms so many workers hold, and where the next limit is. Prints tables in Markdown.

Service times come from var/bench.json; `--transcribe` and the like ask "what if". `--check` runs the cases of
var/load.json instead, says how far off the simulation is, and fails where that is too much. `--day` lets machines come
and go with the calls of a day instead. `--docs` writes what is printed into docs/measurements/capacity.md, too, and
draws its plots.
"""

from __future__ import annotations

import argparse
import json
import math
from typing import Final

import numpy as np

from ops.measure import document
from ops.measure.capacity import checking, fleets, limits, plots
from ops.measure.capacity.model import run
from ops.measure.capacity.service import HEARING, STAGES, Service, Stage, parse, read
from ops.measure.capacity.speech import Talk
from ops.measure.capacity.work import Found
from ops.measure.figures import VAR, percentiles

PAGE: Final = document.MEASUREMENTS / "capacity.md"
CAPTION_P95: Final = 4.0
SOUND_P95: Final = 5.0
"""Limits in seconds from the end of speech: those of the alerts `CaptionLagHigh` and `VoiceLagHigh`."""
TALKS: Final = {
    2: Talk(pause=1.5),
    3: Talk(pause=1.0),
    4: Talk(pause=0.5),
}
"""Speakers of a room → how it talks: the more there are, the shorter the silences. One at a time, two languages."""
ROOMS: Final = (1, 10, 100, 1_000, 10_000)
WORKERS: Final = (1, 4, 10)
PLOTTED: Final = 2
"""Workers of the plot of lags."""


def holds(found: Found) -> bool:
    """Whether nobody waits longer than the alerts allow."""
    caption, sound = (
        percentiles([1000 * seconds for seconds in lags]).get("p95", math.inf) for lags in (found.caption, found.sound)
    )
    return caption <= 1000 * CAPTION_P95 and sound <= 1000 * SOUND_P95


def most_rooms(service: Service, talk: Talk, workers: int) -> int:
    """The most rooms that so many workers hold, by bisection; 0 where one is too many."""
    low, high = 0, 1
    while holds(run(service, talk, high * workers, workers)):
        low, high = high, high * 2
    low, high = low * workers, high * workers
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(run(service, talk, middle, workers)) else (low, middle)
    return low


def needed(held: dict[int, int]) -> dict[int, int]:
    """Rooms → workers: between the numbers that were simulated on a straight line, beyond in proportion.

    Empty where any number of workers is too slow for one room.
    """
    numbers, most = [0, *held], np.maximum.accumulate([0, *held.values()])
    if not most[-1]:
        return {}

    def workers(rooms: int) -> float:
        return float(np.interp(rooms, most, numbers)) if rooms <= most[-1] else rooms * numbers[-1] / most[-1]

    return {rooms: math.ceil(workers(rooms)) for rooms in ROOMS}


def nodes(held: dict[int, dict[int, int]]) -> str:
    """How many workers so many rooms need, by the number of their speakers, in Markdown."""
    head = [*(f"{workers} worker{'s' * (workers > 1)} hold{'s' * (workers == 1)}" for workers in WORKERS)]
    head += [f"workers for {rooms:,} room{'s' * (rooms > 1)}" for rooms in ROOMS]
    rows = [f"| speakers | {' | '.join(head)} |", "|---" * (1 + len(head)) + "|"]
    for speakers, most in held.items():
        found = needed(most)
        cells = [f"{most[workers]:,}" for workers in WORKERS] + [
            f"{found[rooms]:,}" if found else "-" for rooms in ROOMS
        ]
        rows.append(f"| {speakers} | {' | '.join(cells)} |")
    return "\n".join(rows)


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    for stage in ("transcribe", *STAGES):
        parser.add_argument(f"--{stage.replace('_', '-')}", metavar="P50/P95", type=parse, help="milliseconds")
    parser.add_argument("--check", action="store_true", help="compare with var/load.json")
    parser.add_argument("--day", action="store_true", help="machines that come and go with the calls of a day")
    parser.add_argument("--docs", action="store_true", help="renew docs/measurements/capacity.md and its plots")
    chosen = parser.parse_args()
    if (given := chosen.transcribe) is not None:
        chosen.hear, chosen.end = (getattr(chosen, stage) or given for stage in HEARING)
    return chosen


def check(service: Service, *, docs: bool) -> bool:
    """Print how far off the simulation is; whether that will do."""
    compared = list(checking.compare(service, json.loads((VAR / "load.json").read_text())))
    print(table := checking.table(compared))
    if docs:
        document.renew("check", table, PAGE)
    return checking.passes(compared)


def plan(service: Service, *, docs: bool) -> None:
    """Print what is needed for so many rooms, and what gives way next."""
    held = {speakers: {n: most_rooms(service, talk, n) for n in WORKERS} for speakers, talk in TALKS.items()}
    parts = limits.limits()
    tables = {
        "nodes": nodes(held),
        "limits": limits.table(parts),
        "many": limits.many(parts, needed(held[2]).get(limits.MANY_ROOMS)),
    }
    print(*tables.values(), sep="\n\n")
    if docs:
        for name, table in {"service": f"```\n{service.describe()}\n```", **tables}.items():
            document.renew(name, table, PAGE)
        rooms = range(1, max(4, 2 * PLOTTED * held[2][4] // 4) + 2)
        plots.lags({n: run(service, TALKS[2], n, PLOTTED) for n in rooms}, PLOTTED, document.PLOTS / "lags.svg")
        plots.workers(held, document.PLOTS / "workers.svg")


def main() -> None:
    """Simulate, print, draw."""
    chosen = arguments()
    given: dict[str, Stage] = {stage: times for stage in STAGES if (times := getattr(chosen, stage)) is not None}
    service = read(VAR / "bench.json", given)
    print(f"{service.describe()}\n")
    if chosen.check:
        raise SystemExit(0 if check(service, docs=chosen.docs) else 1)
    if chosen.day:
        fleets.compare(service, PAGE if chosen.docs else None)
        return
    plan(service, docs=chosen.docs)


if __name__ == "__main__":
    main()
