"""`make load`: calls of 2, 5 and 10 people, and several calls at once, on a system started for it.

In every call somebody speaks all the time, one after the other, in two languages that are dubbed both ways: more than
people do. Prints a table and writes var/load.json.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from ops.harness.callers import Call, Exchange
from ops.harness.published import Published, drops
from ops.harness.stack import Stack, temporary_folder
from ops.measure import processes, signals
from ops.measure.figures import in_short, machine, percentiles, write

CASES: Final = ((2, 1), (5, 1), (10, 1), (2, 2), (5, 2), (2, 4))
"""People in a call, and calls at once."""
CASE_SECONDS: Final = 60.0
UNCACHED: Final = {"CACHE_TRANSLATION_MB": "0", "CACHE_AUDIO_MB": "0"}
"""Recordings come again and again, and people do not: nothing may be had for less than its work."""
SETTLE_SECONDS: Final = 8.0
"""Seconds for the last words to come through."""


def ladder(calls: list[Call], began: float, ended: float) -> dict[str, Any]:
    """Share of the time in which dubs stood on each rung of the ladder, and the reasons that people were given."""
    shares: defaultdict[str, float] = defaultdict(float)
    reasons: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        changes: dict[str, list[tuple[float, dict[str, Any] | None]]] = {}
        for at, key, payload in call.told:
            changes.setdefault(key, []).append((at, payload))
        for key, told in changes.items():
            if not key.startswith("dub:"):
                continue
            for (at, payload), (until, _) in zip(told, [*told[1:], (ended, None)], strict=True):
                seconds = min(until, ended) - max(at, began)
                if payload is None or seconds <= 0:
                    continue
                shares[payload["level"]] += seconds
                if payload["reason"]:
                    reasons[payload["reason"]] += seconds
    total = sum(shares.values()) or 1.0
    return {
        "share_of_time": {level: round(value / total, 2) for level, value in shares.items()},
        "reasons": {reason: round(value / total, 2) for reason, value in reasons.items()},
    }


async def measure(stack: Stack, exchange: Exchange, people: int, rooms: int, seconds: float) -> dict[str, Any]:
    """One row: so many people in each of so many calls."""
    redis, published = Redis.from_url(stack.redis_url), Published()
    async with AsyncExitStack() as over:
        over.push_async_callback(redis.aclose)
        calls = [await over.enter_async_context(exchange.call(people, number)) for number in range(rooms)]
        following = asyncio.create_task(published.follow(redis))
        over.callback(following.cancel)
        await asyncio.sleep(2.0)  # everybody is tapped by now, and every track is there
        before, lost, began = processes.read(stack), await drops(stack), time.monotonic()
        await asyncio.gather(*(call.take_turns(began + seconds) for call in calls))
        spoken = time.monotonic()
        used = processes.between(before, processes.read(stack))
        await asyncio.sleep(SETTLE_SECONDS)
        dropped = await drops(stack)
        dropped.subtract(lost)
        if following.done():
            following.result()
        return {
            "people": people,
            "calls": rooms,
            "seconds": round(spoken - began, 1),
            "lag_ms": {stage: percentiles(values) for stage, values in published.lags().items()},
            "clip_ms": {language: percentiles(values) for language, values in published.clip_lags().items()},
            "counts": {name: count for name, count in sorted(dropped.items()) if count},
            "ladder": ladder(calls, began, spoken),
            "processes": used,
        }


async def run(cases: tuple[tuple[int, int], ...], seconds: float) -> list[dict[str, Any]]:
    """Every case, one after the other."""
    rows = []
    with temporary_folder() as folder:
        async with Stack(Path(folder), **UNCACHED) as stack, Exchange(stack) as exchange:
            for people, rooms in cases:
                rows.append(await measure(stack, exchange, people, rooms, seconds))
                print(line(rows[-1]), flush=True)
    return rows


LAGS: Final = "lag of captions from the end of their sentence, of clips from the last word of each piece"
HEAD = (
    f"{'people x calls':<15}{'caption':>15}{'translated':>15}{'dubbed clip':>15}{'voice':>7}{'skipped':>9}"
    f"{'hurried':>9}{'worker':>8}{'sfu':>7}{'bridge':>8}{'web':>7}{'redis':>7}  reasons"
)


def line(row: dict[str, Any]) -> str:
    """One row for reading: median/p95 in ms, share of time dubbed, clips, percent of a core."""
    counts, used = row["counts"], row["processes"]
    skipped = sum(count for name, count in counts.items() if name.startswith("clip: "))
    voice, hurried = row["ladder"]["share_of_time"].get("voice", 0), counts.get("clip parts hurried", 0)
    cells = f"{row['people']} x {row['calls']:<11}"
    cells += "".join(
        f"{in_short(row['lag_ms'][stage]):>15}" for stage in ("source caption", "translated caption", "clip")
    )
    cells += f"{voice:>7.0%}{skipped:>9}{hurried:>9}"
    for name, width in (("worker", 8), ("sfu", 7), ("bridge", 8), ("web", 7), ("redis", 7)):
        cells += f"{used[name]['cpu_percent']:>{width - 1}.0f}%"
    return cells + "  " + ", ".join(f"{reason} {share:.0%}" for reason, share in row["ladder"]["reasons"].items())


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=CASE_SECONDS, help="of each case")
    parser.add_argument("--case", action="append", metavar="PEOPLExCALLS", help="only these, such as 5x1")
    asked = parser.parse_args()
    cases = tuple((int(p), int(c)) for p, c in (case.split("x") for case in asked.case or [])) or CASES
    where = machine()
    print(f"{where['cpu']}, {where['cores']} cores; {LAGS}, median/p95 in ms\n\n{HEAD}", flush=True)
    rows = signals.run(run(cases, asked.seconds))
    write("load", {"machine": where, "rows": rows})


if __name__ == "__main__":
    main()
