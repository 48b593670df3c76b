"""Small line charts as numbers for an SVG: no inline style, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 320
HEIGHT: Final = 110
LEFT: Final = 34
TOP: Final = 8
BOTTOM: Final = 92
"""Of the box in which the lines are drawn, in units of the SVG."""
GAP: Final = 45.0
"""Seconds between two points from which a line is broken: nothing was measured in between."""

Values = Sequence[tuple[float, float]]
"""(epoch seconds, value), in order of time."""


@dataclass(frozen=True)
class Line:
    """One line, in pieces where nothing was measured."""

    name: str
    paths: list[str]
    """`points` of polylines."""
    dots: list[tuple[float, float]]
    """Points that stand alone."""
    newest: float | None


@dataclass(frozen=True)
class Chart:
    """Lines above one axis of an hour."""

    lines: list[Line]
    ticks: list[tuple[float, str]]
    """Height in the SVG, and the value there."""


def chart(series: dict[str, Values], now: float, *, span: float = 3_600.0, least: float = 1.0) -> Chart:
    """A chart of the last `span` seconds; its axis ends at a round number, at least `least`."""
    values = [value for points in series.values() for _, value in points if math.isfinite(value)]
    top = _round_up(max([least, *values]))

    def place(at: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT) * min(1.0, max(0.0, 1 - (now - at) / span))
        return round(x, 1), round(BOTTOM - (BOTTOM - TOP) * min(value, top) / top, 1)

    lines = []
    for name, points in series.items():
        pieces: list[list[tuple[float, float]]] = []
        last = -math.inf
        for at, value in points:
            if at - last > GAP:
                pieces.append([])
            pieces[-1].append(place(at, value))
            last = at
        paths = [" ".join(f"{x},{y}" for x, y in piece) for piece in pieces if len(piece) > 1]
        dots = [piece[0] for piece in pieces if len(piece) == 1]
        lines.append(Line(name, paths, dots, points[-1][1] if points else None))
    ticks = [(place(now, part * top)[1], f"{part * top:g}") for part in (0.0, 0.5, 1.0)]
    return Chart(lines, ticks)


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, and so on."""
    power = float(10 ** math.floor(math.log10(value)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value - 1e-9)
