"""How long each stage takes, as measured by `make bench`."""

from __future__ import annotations

import itertools
import json
import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

Z95: Final = 1.645
"""Standard deviations between the median and the 95th percentile of a normal distribution."""
ENOUGH: Final = 6
"""Measurements below which no line is laid through them."""
GRADES: Final = 20
"""Values that stand for a lognormal distribution."""


@dataclass(frozen=True)
class Stage:
    """What a stage takes a worker that does nothing else: a line over seconds of speech, and how far off times are."""

    base: float
    """Seconds."""
    slope: float = 0.0
    """Seconds of work for each second of speech."""
    least: float = 0.0
    """Seconds that it takes at least, however short speech is: windows have a smallest size."""
    factors: tuple[float, ...] = (1.0,)
    """What was measured, as multiples of the line: one of them is drawn."""
    threads: float = 1.0
    """Cores that it keeps busy meanwhile."""

    def typical(self, speech: float) -> float:
        """Seconds for so many seconds of speech, on the line."""
        return max(self.least, self.base + self.slope * speech)

    def draw(self, rng: random.Random, speech: float) -> float:
        """One such time."""
        return self.typical(speech) * rng.choice(self.factors)

    def describe(self) -> str:
        """For reading."""
        spread = sorted(self.factors)
        middle, late = statistics.median(spread), spread[math.ceil(0.95 * len(spread)) - 1]
        more = f" and {1000 * self.slope * middle:.0f} a second" if self.slope else ""
        wide = f", {self.threads:.1f} cores" if self.threads > 1 else ""
        return f"{1000 * self.base * middle:.0f} ms{more}, p95 {late / middle:.1f} times that{wide}"


def around(p50: float, p95: float, threads: float = 1.0) -> Stage:
    """A lognormal time with this median and 95th percentile, however long speech is."""
    sigma = math.log(max(p95, p50 * 1.001) / p50) / Z95
    normal = statistics.NormalDist(0, sigma)
    return Stage(
        p50, factors=tuple(math.exp(normal.inv_cdf((n + 0.5) / GRADES)) for n in range(GRADES)), threads=threads
    )


def fit(pairs: Sequence[tuple[float, float]], threads: float = 1.0, like: Stage | None = None) -> Stage:
    """The line through pairs of seconds of speech and seconds that it took: with the median slope (Theil and Sen).

    Where there are too few of them they are taken as multiples of another stage's line.

    Raises:
        ValueError: there are none, and no other stage.
    """
    if not pairs and like is None:
        raise ValueError("there is nothing to lay a line through")
    took = [seconds for _, seconds in pairs]
    slopes = [
        (later - sooner) / (longer - shorter)
        for (shorter, sooner), (longer, later) in itertools.combinations(pairs, 2)
        if longer != shorter
    ]
    if len(pairs) >= ENOUGH and slopes:
        slope = max(0.0, statistics.median(slopes))
        base = statistics.median(seconds - slope * speech for speech, seconds in pairs)
        line = Stage(base, slope, least=min(took))
    else:
        line = like or Stage(statistics.median(took))
    factors = tuple(seconds / line.typical(length) for length, seconds in pairs) or line.factors
    return replace(line, factors=factors, threads=threads)


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
    first_sound: Stage

    def describe(self) -> str:
        """The times for reading."""
        stages = {"decode growing speech": self.quick, "decode in a pause": self.usual, "decode a final": self.thorough}
        stages |= {"speak a clip": self.speak, "its first sound": self.first_sound}
        return "\n".join(f"  {name}: {stage.describe()}" for name, stage in stages.items())


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one utterance costs."""

    endpoint: float
    """From the end of speech until the segment is closed."""
    handover: float
    """From sending a message to the beginning of work on it, where nothing else waits."""
    translate: Stage
    again: float
    """Share of the finals decoded ahead that are decoded once more."""
    pauses: float
    """Pauses in a second of speech, at each of which it is decoded."""
    languages: Mapping[str, Stages]
    """Two at least, since voices of different engines are worlds apart."""
    cores: float
    """Of the machine on which all this was measured."""

    def describe(self) -> str:
        """The times for reading."""
        every = f"a pause every {1 / self.pauses:.1f} s of speech" if self.pauses else "no pause within speech"
        common = (
            f"{self.cores:.0f} cores; segment closed after {1000 * self.endpoint:.0f} ms, handed over in "
            f"{1000 * self.handover:.0f} ms, {self.again:.0%} of finals decoded again, {every}\n"
            f"  translate: {self.translate.describe()}"
        )
        return "\n".join([common, *(f"{language}\n{stages.describe()}" for language, stages in self.languages.items())])


def parse(text: str) -> Stage:
    """A stage from "P50/P95" in milliseconds.

    Raises:
        ValueError: it is not that.
    """
    p50, p95 = map(float, text.split("/"))
    return around(p50 / 1000, p95 / 1000)


DECODES: Final = ("quick", "usual", "thorough")
OF_A_LANGUAGE: Final = (*DECODES, "speak", "first_sound")
STAGES: Final = (*OF_A_LANGUAGE, "translate")


def read(path: Path, given: dict[str, Stage] | None = None) -> Service:
    """The service times in var/bench.json, with those that are given in their place, for every language.

    Raises:
        SystemExit: they are missing; the message says which command measures them.
    """
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `make bench` first.")
    bench = json.loads(path.read_text())
    measured, given = bench.get("service_ms", {}), given or {}
    try:
        return Service(
            endpoint=measured["endpoint"]["p50"] / 1000,
            handover=measured["handover"]["p50"] / 1000,
            translate=_stage(measured, "translate", given),
            again=measured["decoded_again"],
            pauses=measured["pauses_a_second"],
            languages={language: _stages(times, given) for language, times in measured["languages"].items()},
            cores=bench["machine"]["cores"],
        )
    except KeyError as error:
        raise SystemExit(
            f"{path} has no times of {error}: run `make bench`, or `make bench BENCH_ARGS=--service` for these alone."
        ) from None


def _stages(measured: dict[str, Any], given: dict[str, Stage]) -> Stages:
    usual = _stage(measured, "usual", given)
    rest = {name: _stage(measured, name, given) for name in OF_A_LANGUAGE if name not in ("usual", "thorough")}
    # Next to no final is decoded again: too few for a line of their own.
    return Stages(usual=usual, thorough=_stage(measured, "thorough", given, like=usual), **rest)


def _stage(measured: dict[str, Any], name: str, given: dict[str, Stage], like: Stage | None = None) -> Stage:
    times = measured[name] if like is None else measured.get(name, {"pairs": [], "threads": like.threads})
    if name in given:
        return replace(given[name], threads=times["threads"])
    pairs = [(speech, ms / 1000) for speech, ms in times["pairs"]]
    if not pairs and like is None:
        raise KeyError(name)
    return fit(pairs, times["threads"], like)
