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


def fit(pairs: Sequence[tuple[float, float]], threads: float = 1.0) -> Stage:
    """The line through pairs of seconds of speech and seconds that it took: with the median slope (Theil and Sen).

    Where there are too few of them it is flat.

    Raises:
        ValueError: there are none.
    """
    if not pairs:
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
        line = Stage(statistics.median(took))
    factors = tuple(seconds / line.typical(length) for length, seconds in pairs)
    return replace(line, factors=factors, threads=threads)


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What one language costs: to hear and to speak. How often is of speech in it; the rest is of what is spoken."""

    hear: Stage
    """Hearing on: a decoding while speech goes on, over the new sound that it is for."""
    end: Stage
    """Working out the end in a pause, with care."""
    speak: Stage
    """All of a piece of a dub in this language, over the seconds of speech that it is for."""
    first_sound: Stage
    every: float
    """Seconds of new sound that a decoding is for, where the machine keeps up."""
    certain: float
    """Seconds that a word is old when it is certain, beyond waiting for a decoding."""
    clause_every: float
    """Seconds of speech for which a sentence that goes on is translated once."""
    piece_every: float
    """Seconds of speech for which a piece of the dub is spoken."""

    def describe(self) -> str:
        """The times for reading."""
        stages = {"hear on": self.hear, "work out the end": self.end}
        stages |= {"speak a piece": self.speak, "its first sound": self.first_sound}
        often = (
            f"  heard on every {self.every:.1f} s, certain after {self.certain:.1f} s, translated every "
            f"{self.clause_every:.1f} s, spoken every {self.piece_every:.1f} s of speech"
        )
        return "\n".join([often, *(f"  {name}: {stage.describe()}" for name, stage in stages.items())])


@dataclass(frozen=True, kw_only=True)
class Service:
    """What speech costs."""

    endpoint: float
    """From the end of speech until the segment is closed."""
    handover: float
    """From sending a message to the beginning of work on it, where nothing else waits."""
    translate: Stage
    """A sentence, or the beginning of one, over its seconds."""
    pauses: float
    """Pauses in a second of speech, at each of which its end is worked out."""
    languages: Mapping[str, Stages]
    """Two at least, since voices of different engines are worlds apart."""
    cores: float
    """Of the machine on which all this was measured."""

    def describe(self) -> str:
        """The times for reading."""
        every = f"a pause every {1 / self.pauses:.1f} s of speech" if self.pauses else "no pause within speech"
        common = (
            f"{self.cores:.0f} cores; segment closed after {1000 * self.endpoint:.0f} ms, handed over in "
            f"{1000 * self.handover:.0f} ms, {every}\n  translate: {self.translate.describe()}"
        )
        return "\n".join([common, *(f"{language}\n{stages.describe()}" for language, stages in self.languages.items())])


def parse(text: str) -> Stage:
    """A stage from "P50/P95" in milliseconds.

    Raises:
        ValueError: it is not that.
    """
    p50, p95 = map(float, text.split("/"))
    return around(p50 / 1000, p95 / 1000)


HEARING: Final = ("hear", "end")
OF_A_LANGUAGE: Final = (*HEARING, "speak", "first_sound")
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
            pauses=measured["pauses_a_second"],
            languages={language: _stages(times, given) for language, times in measured["languages"].items()},
            cores=bench["machine"]["cores"],
        )
    except KeyError as error:
        raise SystemExit(
            f"{path} has no times of {error}: run `make bench`, or `make bench BENCH_ARGS='--only service'` for these "
            "alone."
        ) from None


def _stages(measured: dict[str, Any], given: dict[str, Stage]) -> Stages:
    often = measured["seconds"]
    return Stages(
        **{name: _stage(measured, name, given) for name in OF_A_LANGUAGE},
        every=often["every"],
        certain=often["certain"],
        clause_every=often["clause_every"],
        piece_every=often["piece_every"],
    )


def _stage(measured: dict[str, Any], name: str, given: dict[str, Stage]) -> Stage:
    times = measured[name]
    if name in given:
        return replace(given[name], threads=times["threads"])
    pairs = [(speech, ms / 1000) for speech, ms in times["pairs"]]
    if not pairs:
        raise KeyError(name)
    return fit(pairs, times["threads"])
