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


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one utterance costs."""

    endpoint: float
    """From the end of speech until the segment is closed."""
    quick: Stage
    """Decoding what there is while speech goes on; these three are `tasks.engines.base.Effort`."""
    usual: Stage
    """Decoding in a pause, ahead of the final."""
    thorough: Stage
    """Decoding a final for which that did not do."""
    again: float
    """Share of the finals that are decoded although it was done ahead."""
    pauses: float
    """Pauses in a second of speech, at each of which it is decoded."""
    translate: Stage
    speak: Stage
    """All clauses of a clip."""
    first_clause: Stage

    def describe(self) -> str:
        """The times for reading, median/p95."""
        stages = {"decode growing speech": self.quick, "decode in a pause": self.usual, "decode a final": self.thorough}
        stages |= {"translate": self.translate, "speak a clip": self.speak, "its first clause": self.first_clause}
        shown = [f"{name} {1000 * one.p50:.0f}/{1000 * one.p95:.0f} ms" for name, one in stages.items()]
        shown.append(f"{self.again:.0%} of finals decoded again, a pause every {1 / self.pauses:.1f} s of speech")
        return f"segment closed after {1000 * self.endpoint:.0f} ms, " + ", ".join(shown)


def parse(text: str) -> Stage:
    """A stage from "P50/P95" in milliseconds.

    Raises:
        ValueError: it is not that.
    """
    p50, p95 = map(float, text.split("/"))
    return Stage(p50 / 1000, p95 / 1000)


STAGES: Final = ("quick", "usual", "thorough", "translate", "speak", "first_clause")


def read(path: Path, given: dict[str, Stage] | None = None) -> Service:
    """The service times in var/bench.json, with those that are given in their place.

    Raises:
        SystemExit: they are missing; the message says which command measures them.
    """
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `make bench` first.")
    measured = json.loads(path.read_text()).get("service_ms", {})
    stages = {
        name: Stage(measured[name]["p50"] / 1000, measured[name]["p95"] / 1000) for name in STAGES & measured.keys()
    }
    if measured.get("usual") and "thorough" not in stages:  # none was decoded again: it would take what a pause's does
        stages["thorough"] = stages["usual"]
    stages |= given or {}
    if (missing := set(STAGES) - stages.keys()) or "endpoint" not in measured:
        raise SystemExit(
            f"{path} has no times of {', '.join(sorted(missing)) or 'endpoint'}: run `make bench`, or "
            "`make bench BENCH_ARGS=--service` for these alone."
        )
    return Service(
        endpoint=measured["endpoint"]["p50"] / 1000,
        again=measured["decoded_again"],
        pauses=measured["pauses_a_second"],
        **stages,
    )
