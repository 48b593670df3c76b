"""Plots for docs/measurements: the same file whenever the figures are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib


def begin(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.2)) -> Any:  # noqa: ANN401 - matplotlib's own types are loose
    """A figure of so many inches, and its axes: rows of them where there are several."""
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "jbcalling"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    figure, grid = pyplot.subplots(rows, columns, figsize=size, squeeze=False)
    return figure, grid


def end(figure: Any, path: Path) -> None:  # noqa: ANN401
    """Write it."""
    for axes in figure.axes:
        axes.grid(alpha=0.3)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    text = path.read_text()
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
