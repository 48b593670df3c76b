"""`make capacity CAPACITY_ARGS=--day`: machines that come and go beside as many all day; what each costs and gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from ops.measure import document
from ops.measure.capacity import plots
from ops.measure.capacity.day import Day, Lived, cost
from ops.measure.capacity.service import Service
from ops.measure.figures import percentiles

BUSIEST: Final = 8.0
"""Calls at once in the busiest hour, on average."""
SPARES: Final = (0, 1, 2)
SHOWN: Final = 1
"""Further calls that the machines of the plot are ready for: the default of `jbcalling workers wanted`."""
HEAD: Final = (
    "| machines | machine-hours | most at once | time of calls with voices | caption, p95 | dubbed sound, p95 |",
    "|---|---|---|---|---|---|",
)


def compare(service: Service, page: Path | None) -> None:
    """Simulate, print, and write into the page where there is one."""
    lived = {spare: Day(service, BUSIEST, 1, spare).live() for spare in SPARES}
    most = min(math.ceil(max(lived[spare].machines)) for spare in SPARES if spare)
    rows = [_row(f"by load, ready for {spare} more", one) for spare, one in lived.items()]
    rows.append(_row(f"{most} all day", Day(service, BUSIEST, most, None).live()))
    print(table := "\n".join([*HEAD, *rows]))
    if page:
        document.renew("day", table, page)
        document.renew("day service", f"```\n{service.describe()}\na call: {cost(service):.2f} of a machine\n```", page)
        plots.day(lived[SHOWN], most, document.PLOTS / "day.svg")


def _row(name: str, lived: Lived) -> str:
    """In Markdown."""
    dubbed = sum(lived.dubbed) / sum(lived.calls)
    captions = [seconds for found in lived.found for seconds in found.caption]
    sounds = [seconds for found in lived.found for seconds in found.sound]
    late = [percentiles(lags, 3)["p95"] for lags in (captions, sounds)]
    cells = [f"{lived.machine_hours:.0f}", f"{math.ceil(max(lived.machines))}", f"{dubbed:.1%}"]
    return f"| {name} | {' | '.join([*cells, *(f'{seconds:.1f} s' for seconds in late)])} |"
