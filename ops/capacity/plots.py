"""The plot in docs/capacity.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import matplotlib

from ops.capacity.model import Found
from ops.figures import percentiles

ROOMS: Final = tuple(range(1, 11))


def draw(simulate: Callable[[int], Found], path: Path) -> None:
    """Lag over the number of rooms that two workers serve."""
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "jbcalling"  # the same file every time
    from matplotlib import pyplot

    found = [simulate(rooms) for rooms in ROOMS]
    figure, axes = pyplot.subplots(figsize=(6.4, 3.2))
    for name, lags in (
        ("caption", [one.caption for one in found]),
        ("translated caption", [one.translated for one in found]),
        ("first dubbed sound", [one.sound for one in found]),
    ):
        figures = [percentiles(values) for values in lags]
        (drawn,) = axes.plot(ROOMS, [one.get("p50", 0.0) for one in figures], label=f"{name}, median")
        axes.plot(ROOMS, [one.get("p95", 0.0) for one in figures], "--", color=drawn.get_color(), label=f"{name}, p95")
    axes.set(xlabel="rooms on two workers", ylabel="seconds from the end of speech", ylim=(0, 10))
    axes.legend(fontsize=7)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
