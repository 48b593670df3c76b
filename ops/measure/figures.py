"""Figures that every measurement here gives: the machine it was made on, and percentiles."""

from __future__ import annotations

import json
import os
import platform
import statistics
from pathlib import Path
from typing import Any, Final

import psutil

VAR: Final = Path(__file__).resolve().parents[2] / "var"


def write(name: str, figures: Any) -> None:  # noqa: ANN401 - figures of any shape
    """Write what was measured to var/NAME.json, and say so."""
    VAR.mkdir(exist_ok=True)
    out = VAR / f"{name}.json"
    out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    print(f"\nWritten to {out.relative_to(VAR.parent)}")


def percentiles(values: list[float], digits: int = 1) -> dict[str, float]:
    """Median, 95th percentile and number of some values, rounded to so many digits behind the point."""
    if not values:
        return {"n": 0}
    p95 = statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return {"p50": round(statistics.median(values), digits), "p95": round(p95, digits), "n": len(values)}


def in_short(found: dict[str, float]) -> str:
    """What `percentiles` found of milliseconds, for a cell of a table: median and 95th percentile."""
    return f"{found['p50']:.0f}/{found['p95']:.0f}" if found["n"] else "-"


def busy() -> float:
    """Processes that wanted a core in the last minute, on average: whether a measurement had the machine to itself."""
    return round(psutil.getloadavg()[0], 1)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
