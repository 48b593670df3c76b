"""`make soak`: one call with two speakers for half an hour. Neither memory nor lag may grow.

Prints the slope of each process's memory and of each lag by least squares over the second part of the time, when caches
are warm, with the standard error of the latter, and writes var/soak.json.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
from redis.asyncio import Redis

from ops.harness.callers import Exchange
from ops.harness.published import Published, drops
from ops.harness.stack import Stack, temporary_folder
from ops.measure import processes, signals
from ops.measure.figures import machine, percentiles, write

MINUTES: Final = 30.0
MEMORY_EVERY_SECONDS: Final = 5.0
"""Seconds between two looks at memory."""
WARM_UP_SHARE: Final = 0.25
"""Share of the time that is left out: what is used for the first time takes memory for good."""
LAGS: Final = {"source caption": "stt_end", "translated caption": "translate_end", "clip": "speak_end"}


def slope(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Rise by the hour of values at so many seconds, and its standard error; nothing for fewer than four."""
    if len(points) < 4:
        return 0.0, 0.0
    at, values = np.array(points).T
    fitted, covariance = np.polyfit(at / 3600, values, 1, cov=True)
    return float(fitted[0]), float(np.sqrt(covariance[0, 0]))


async def measure(minutes: float) -> dict[str, Any]:
    """The whole call."""
    memory: dict[str, list[tuple[float, float]]] = {}
    published = Published()
    with temporary_folder() as folder:
        async with Stack(Path(folder)) as stack, Exchange(stack) as exchange, AsyncExitStack() as over:
            redis = Redis.from_url(stack.redis_url)
            over.push_async_callback(redis.aclose)
            call = await over.enter_async_context(exchange.call(2))
            following = asyncio.create_task(published.follow(redis))
            over.callback(following.cancel)
            began, began_at = time.monotonic(), time.time()
            talking = asyncio.create_task(call.take_turns(began + minutes * 60))
            while not talking.done():
                for name, reading in processes.read(stack).items():
                    memory.setdefault(name, []).append((reading.at - began, reading.memory))
                await asyncio.wait([talking], timeout=MEMORY_EVERY_SECONDS)
            talking.result()
            dropped = await drops(stack)
    return report(memory, published, began_at, minutes * 60) | {
        "counts": {k: v for k, v in sorted(dropped.items()) if v}
    }


def report(
    memory: dict[str, list[tuple[float, float]]], published: Published, began: float, seconds: float
) -> dict[str, Any]:
    """Slopes, and where memory began and ended."""
    warm = seconds * WARM_UP_SHARE
    found: dict[str, Any] = {"minutes": round(seconds / 60, 1), "memory_mb": {}, "lag_ms": {}}
    for name, points in memory.items():
        late = [point for point in points if point[0] >= warm]
        found["memory_mb"][name] = {
            "warm": round(late[0][1], 1),
            "end": round(late[-1][1], 1),
            "per_hour": round(slope(late)[0], 1),
            "each_minute": _each_minute(points),
        }
    for what, stamp in LAGS.items():
        timelines = [item.timeline for item in (published.clips if what == "clip" else published.captions)]
        points = [
            (timeline.speech_end - began, (ended - timeline.speech_end) * 1000)
            for timeline in timelines
            if (ended := getattr(timeline, stamp)) is not None and timeline.speech_end - began >= warm
        ]
        rise, error = slope(points)
        found["lag_ms"][what] = percentiles([lag for _, lag in points]) | {
            "per_hour": round(rise),
            "per_hour_error": round(error),
        }
    return found


def _each_minute(points: list[tuple[float, float]]) -> list[float]:
    """The first reading of every minute: growth that ends looks different from growth that does not."""
    firsts = {int(at // 60): value for at, value in reversed(points)}
    return [round(firsts[minute], 1) for minute in sorted(firsts)]


def table(found: dict[str, Any]) -> str:
    """For reading."""
    rows = [f"{'memory, MB':<22}{'warm':>8}{'end':>8}{'per hour':>10}"]
    rows += [
        f"{name:<22}{size['warm']:>8.0f}{size['end']:>8.0f}{size['per_hour']:>+10.1f}"
        for name, size in found["memory_mb"].items()
    ]
    rows += ["", f"{'lag, ms':<22}{'median':>8}{'p95':>8}{'per hour':>10}{'error':>8}{'n':>6}"]
    for name, lag in found["lag_ms"].items():
        rows.append(
            f"{name:<22}{lag.get('p50', '-'):>8}{lag.get('p95', '-'):>8}{lag['per_hour']:>+10}"
            f"{lag['per_hour_error']:>8}{lag['n']:>6}"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    minutes = parser.parse_args().minutes
    found = signals.run(measure(minutes)) | {"machine": machine()}
    print(f"{found['machine']['cpu']}, {found['machine']['cores']} cores; {minutes:.0f} minutes\n\n{table(found)}")
    write("soak", found)


if __name__ == "__main__":
    main()
