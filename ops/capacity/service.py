"""How long each stage takes, as measured by `make bench`."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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

    def describe(self) -> str:
        """For reading."""
        return f"{1000 * self.p50:.0f}/{1000 * self.p95:.0f} ms"

    def draw(self, rng: random.Random) -> float:
        """One such time."""
        return self.p50 * math.exp(self._sigma * rng.gauss(0, 1))


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What one language costs: to hear and to speak."""

    quick: Stage
    """Decoding what there is while speech goes on; these three are `tasks.engines.base.Effort`."""
    usual: Stage
    """Decoding in a pause, ahead of the final."""
    thorough: Stage
    """Decoding a final for which that did not do."""
    speak: Stage
    """All clauses of a clip."""
    first_clause: Stage

    def describe(self) -> str:
        """The times for reading, median/p95."""
        stages = {"decode growing speech": self.quick, "decode in a pause": self.usual, "decode a final": self.thorough}
        stages |= {"speak a clip": self.speak, "its first clause": self.first_clause}
        return ", ".join(f"{name} {one.describe()}" for name, one in stages.items())


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one utterance costs."""

    endpoint: float
    """From the end of speech until the segment is closed."""
    translate: Stage
    again: float
    """Share of the finals that are decoded although it was done ahead."""
    pauses: float
    """Pauses in a second of speech, at each of which it is decoded."""
    languages: Mapping[str, Stages]
    """Two at least, since voices of different engines are worlds apart."""

    def describe(self) -> str:
        """The times for reading, median/p95."""
        every = f"a pause every {1 / self.pauses:.1f} s of speech" if self.pauses else "no pause within speech"
        common = (
            f"segment closed after {1000 * self.endpoint:.0f} ms, translate {self.translate.describe()}, "
            f"{self.again:.0%} of finals decoded again, {every}"
        )
        return "\n".join([common, *(f"{language}: {one.describe()}" for language, one in self.languages.items())])


def parse(text: str) -> Stage:
    """A stage from "P50/P95" in milliseconds.

    Raises:
        ValueError: it is not that.
    """
    p50, p95 = map(float, text.split("/"))
    return Stage(p50 / 1000, p95 / 1000)


DECODES: Final = ("quick", "usual", "thorough")
OF_A_LANGUAGE: Final = (*DECODES, "speak", "first_clause")
STAGES: Final = (*OF_A_LANGUAGE, "translate")


def read(path: Path, given: dict[str, Stage] | None = None) -> Service:
    """The service times in var/bench.json, with those that are given in their place, for every language.

    Raises:
        SystemExit: they are missing; the message says which command measures them.
    """
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `make bench` first.")
    measured = json.loads(path.read_text()).get("service_ms", {})
    given = given or {}
    try:
        return Service(
            endpoint=measured["endpoint"]["p50"] / 1000,
            translate=given.get("translate") or _stage(measured["translate"]),
            again=measured["decoded_again"],
            pauses=measured["pauses_a_second"],
            languages={language: _stages(one, given) for language, one in measured["languages"].items()},
        )
    except KeyError as error:
        raise SystemExit(
            f"{path} has no times of {error}: run `make bench`, or `make bench BENCH_ARGS=--service` for these alone."
        ) from None


def _stages(measured: dict[str, Any], given: dict[str, Stage]) -> Stages:
    if "usual" in measured and "thorough" not in measured:  # none was decoded again: it would take what a pause's does
        measured = measured | {"thorough": measured["usual"]}
    return Stages(**{name: given.get(name) or _stage(measured[name]) for name in OF_A_LANGUAGE})


def _stage(measured: dict[str, float]) -> Stage:
    return Stage(measured["p50"] / 1000, measured["p95"] / 1000)
