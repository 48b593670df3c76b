"""How long each stage takes, as measured by `make bench`."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Z95: Final = 1.645
"""Standard deviations between the median and the 95th percentile of a normal distribution."""


@dataclass(frozen=True)
class Stage:
    """A lognormal time with this median and 95th percentile, seconds of a worker that does nothing else."""

    p50: float
    p95: float

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.p50 * math.exp(self._sigma**2 / 2)

    @property
    def _sigma(self) -> float:
        return math.log(max(self.p95, self.p50 * 1.001) / self.p50) / Z95

    def draw(self, rng: random.Random) -> float:
        """One such time."""
        return self.p50 * math.exp(self._sigma * rng.gauss(0, 1))


@dataclass(frozen=True)
class Service:
    """What one utterance costs."""

    endpoint: float
    """From the end of speech until the segment is closed."""
    transcribe: Stage
    """One ask, interim or final."""
    translate: Stage
    speak: Stage
    """All clauses of a clip."""
    first_clause: Stage

    def describe(self) -> str:
        """The times for reading, median/p95."""
        stages = {"transcribe an ask": self.transcribe, "translate": self.translate, "speak a clip": self.speak}
        stages["its first clause"] = self.first_clause
        shown = [f"{name} {1000 * one.p50:.0f}/{1000 * one.p95:.0f} ms" for name, one in stages.items()]
        return f"segment closed after {1000 * self.endpoint:.0f} ms, " + ", ".join(shown)


def parse(text: str) -> Stage:
    """A stage from "P50/P95" in milliseconds.

    Raises:
        ValueError: it is not that.
    """
    p50, p95 = map(float, text.split("/"))
    return Stage(p50 / 1000, p95 / 1000)


def read(path: Path, given: dict[str, Stage] | None = None) -> Service:
    """The service times in var/bench.json, with those that are given in their place.

    Raises:
        SystemExit: some are missing; the message says which command measures them.
    """
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `make bench` first.")
    figures = json.loads(path.read_text())
    stages, actors = figures["stages_ms"], figures.get("service_ms", {})
    measured = {name: actors[name] for name in ("transcribe", "speak") if name in actors}
    measured |= {"translate": stages["translate"], "first_clause": stages["first clause spoken"]}
    found = {name: Stage(one["p50"] / 1000, one["p95"] / 1000) for name, one in measured.items()} | (given or {})
    if missing := {"transcribe", "speak"} - found.keys():
        raise SystemExit(f"{path} has no times of {', '.join(sorted(missing))}: run `make bench`, or give them.")
    return Service(endpoint=stages["endpoint (end of speech known)"]["p50"] / 1000, **found)
