"""The last hour in figures, in this process's memory: what can be drawn without Prometheus and Grafana.

Percentiles are read off the histograms' buckets as `histogram_quantile` does, so that both show the same.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import Metric

SAMPLE_SECONDS: Final = 10.0
"""Seconds between samples."""
WINDOW_SECONDS: Final = 60.0
"""Seconds of which a point's percentiles tell."""
MAX_POINTS: Final = int(3600 / SAMPLE_SECONDS)
"""Samples kept."""

Kind = Literal["source", "translation", "voice"]
"""Caption in the spoken language, translated caption, first dubbed sound."""

Buckets = Mapping[float, float]
"""Upper bound in seconds → how many values so far were at most that; the last bound is infinite."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What was seen at one moment."""

    at: float
    """Epoch seconds."""
    workers: int | None
    """Workers with a heartbeat; None while Redis does not answer, as are the queues then empty."""
    depth: Mapping[str, int]
    """Queue → messages that wait."""
    age: Mapping[str, float]
    """Queue → seconds that the oldest of them has waited; 0 where none waits."""
    lag: Mapping[Kind, Buckets]
    """Seconds from the end of speech, since the process that counts them started."""


@dataclass(frozen=True)
class Lag:
    """How late captions or sounds of one minute were, seconds from the end of speech."""

    p50: float
    p95: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Point:
    """One moment of a chart."""

    at: float
    workers: int | None
    depth: Mapping[str, int]
    age: Mapping[str, float]
    lag: Mapping[Kind, Lag]
    """Only kinds of which there was something in the last `WINDOW_SECONDS` seconds."""


class Trend:
    """Samples of the last hour."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=MAX_POINTS)

    def add(self, sample: Sample) -> None:
        """Keep a sample, and forget the oldest one beyond an hour."""
        self._samples.append(sample)

    def points(self) -> list[Point]:
        """One point for every sample but the first, oldest first."""
        samples = list(self._samples)
        return [_point(samples[n], _before(samples, n)) for n in range(1, len(samples))]


def _before(samples: Sequence[Sample], index: int) -> Sample:
    """The sample that lies `WINDOW_SECONDS` before another, or the oldest there is."""
    since = samples[index].at - WINDOW_SECONDS - SAMPLE_SECONDS / 2
    return next(sample for sample in samples if sample.at >= since)


def _point(now: Sample, before: Sample) -> Point:
    lag: dict[Kind, Lag] = {}
    for kind, buckets in now.lag.items():
        new = since(buckets, before.lag.get(kind, {}))
        if count := new.get(math.inf, 0.0):
            lag[kind] = Lag(quantile(0.5, new), quantile(0.95, new), round(count))
    return Point(at=now.at, workers=now.workers, depth=now.depth, age=now.age, lag=lag)


def since(now: Buckets, before: Buckets) -> Buckets:
    """What was added to the buckets; all of them where their process has started anew in between."""
    if now.get(math.inf, 0.0) < before.get(math.inf, 0.0):
        return now
    return {bound: count - before.get(bound, 0.0) for bound, count in now.items()}


def quantile(share: float, buckets: Buckets) -> float:
    """The value below which `share` of those in the buckets lie, spread evenly within a bucket, as Prometheus has it.

    In the infinite bucket it is that bucket's lower bound. NaN where the buckets are empty.
    """
    bounds = sorted(buckets)
    if not bounds or not buckets[bounds[-1]]:
        return math.nan
    rank = share * buckets[bounds[-1]]
    lower, below = 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank:
            if math.isinf(bound):
                return lower
            inside = buckets[bound] - below
            return lower + (bound - lower) * ((rank - below) / inside if inside else 0.0)
        lower, below = bound, buckets[bound]
    return lower


def buckets_of(families: Iterable[Metric], name: str, **labels: str) -> Buckets:
    """The buckets of one histogram with these labels; empty where there is none yet."""
    return {
        float(sample.labels["le"]): sample.value
        for family in families
        if family.name == name
        for sample in family.samples
        if sample.name == f"{name}_bucket" and labels.items() <= sample.labels.items()
    }
