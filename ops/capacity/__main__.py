"""`make capacity`: how many rooms so many workers hold, and where the next limit is. Prints tables, draws a plot.

Service times come from var/bench.json; `--transcribe` and the like ask "what if". `--check` runs the cases of
var/load.json instead, says how far off the simulation is, and fails where that is too much.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Final

from ops.capacity import checking, limits, plots
from ops.capacity.model import Found, System, Talk
from ops.capacity.service import DECODES, STAGES, Service, Stage, parse, read
from ops.figures import percentiles

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS: Final = 600.0
"""Simulated time of one case."""
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


def run(service: Service, talk: Talk, rooms: int, workers: int, seconds: float = SECONDS) -> Found:
    """One case."""
    return System(service, talk, rooms, workers).run(seconds)


def holds(found: Found) -> bool:
    """Whether nobody waits longer than the alerts allow."""
    p95 = [percentiles([1000 * one for one in lags]).get("p95", math.inf) for lags in (found.caption, found.sound)]
    return p95[0] <= 1000 * CAPTION_P95 and p95[1] <= 1000 * SOUND_P95


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


def nodes(service: Service) -> str:
    """How many workers so many rooms need: by simulation up to ten workers, beyond that in proportion."""
    rows = [f"{'speakers':<10}{'rooms of 1 worker':>19}{'of 4':>7}{'of 10':>7}   workers for {ROOMS} rooms"]
    for speakers, talk in TALKS.items():
        held = {workers: most_rooms(service, talk, workers) for workers in (1, 4, 10)}
        per_worker = held[10] / 10
        needed = [math.ceil(rooms / per_worker) if per_worker else None for rooms in ROOMS]
        cells = "".join(f"{'-' if one is None else one:>8}" for one in needed)
        rows.append(f"{speakers:<10}{held[1]:>19}{held[4]:>7}{held[10]:>7}   {cells}")
    return "\n".join(rows)


def main() -> None:
    """Simulate, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    for stage in ("transcribe", *STAGES):
        parser.add_argument(f"--{stage.replace('_', '-')}", metavar="P50/P95", type=parse, help="milliseconds")
    parser.add_argument("--check", action="store_true", help="compare with var/load.json")
    parser.add_argument("--plot", type=Path, help="write the plot to this file")
    chosen = parser.parse_args()
    if (one := chosen.transcribe) is not None:
        chosen.quick, chosen.usual, chosen.thorough = (getattr(chosen, stage) or one for stage in DECODES)
    given: dict[str, Stage] = {stage: one for stage in STAGES if (one := getattr(chosen, stage)) is not None}
    service = read(ROOT / "var/bench.json", given)
    if chosen.check:
        table, close = checking.against(service, json.loads((ROOT / "var/load.json").read_text()))
        print(service.describe(), table, sep="\n\n")
        raise SystemExit(0 if close else 1)
    print(service.describe(), nodes(service), limits.table(), sep="\n\n")
    if chosen.plot:
        plots.draw(lambda rooms: run(service, TALKS[2], rooms, 2), chosen.plot)


if __name__ == "__main__":
    main()
