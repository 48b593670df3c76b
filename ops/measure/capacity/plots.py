"""The plots in docs/measurements/capacity.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ops.measure.capacity.day import HOUR, STEP_SECONDS, Lived
from ops.measure.capacity.work import Found
from ops.measure.figures import percentiles
from ops.measure.plots import begin, end


def lags(found: Mapping[int, Found], workers: int, path: Path) -> None:
    """Lag over the number of rooms that so many workers serve."""
    figure, ((axes,),) = begin()
    for name, of in (
        ("caption", [lags.caption for lags in found.values()]),
        ("translated caption", [lags.translated for lags in found.values()]),
        ("first dubbed sound", [lags.sound for lags in found.values()]),
    ):
        figures = [percentiles([1000 * seconds for seconds in values]) for values in of]
        rooms = list(found)
        (drawn,) = axes.plot(rooms, [values.get("p50", 0.0) / 1000 for values in figures], label=f"{name}, median")
        axes.plot(
            rooms,
            [values.get("p95", 0.0) / 1000 for values in figures],
            "--",
            color=drawn.get_color(),
            label=f"{name}, p95",
        )
    axes.set(xlabel=f"rooms on {workers} workers", ylabel="seconds from the end of speech", ylim=(0, 10))
    axes.legend(fontsize=7)
    end(figure, path)


def workers(held: Mapping[int, Mapping[int, int]], path: Path) -> None:
    """Rooms that each worker holds over the number of workers, a line for each number of speakers."""
    figure, ((axes,),) = begin()
    for speakers, row in held.items():
        axes.plot(list(row), [rooms / number for number, rooms in row.items()], "o-", label=f"{speakers} speakers")
    axes.set(xlabel="workers that share the queues", ylabel="rooms that each of them holds", ylim=(0, None))
    axes.legend(fontsize=7)
    end(figure, path)


def day(lived: Lived, fixed: int, path: Path) -> None:
    """A day with machines that come and go: above calls and machines, `fixed` being those that never go; below lags."""
    figure, ((above,), (below,)) = begin(rows=2, size=(6.4, 5.0))
    hours = [(step + 1) * STEP_SECONDS / HOUR for step in range(len(lived.calls))]
    above.plot(hours, lived.calls, label="calls")
    above.step(hours, lived.machines, label="machines by load")
    above.axhline(fixed, linestyle="--", color="gray", label="machines for the busiest hour")
    above.set(ylabel="number", ylim=(0, None))
    for name, of in (
        ("caption", [found.caption for found in lived.found]),
        ("first dubbed sound", [found.sound for found in lived.found]),
    ):
        late = [percentiles([1000 * seconds for seconds in lags]).get("p95") for lags in of]
        shown = [(hour, ms / 1000) for hour, ms in zip(hours, late, strict=True) if ms is not None]
        below.plot(*zip(*shown, strict=True), ".-", label=f"{name}, p95")
    below.set(xlabel="hour of the day", ylabel="seconds from the end of speech", ylim=(0, 10), xlim=above.get_xlim())
    for axes in (above, below):
        axes.legend(fontsize=7)
    end(figure, path)
