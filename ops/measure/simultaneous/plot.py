"""Quality over delay of the clause policies, as a plot in docs/measurements."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ops.measure.plots import begin, end

SIZE: Final = (7.2, 6.0)
METRICS: Final = {"bleu": "BLEU", "chrf": "chrF"}
DELAYS: Final = {"laal_s": "o-", "laal_ca_s": "x:"}


def quality(found: Mapping[str, Any], path: Path) -> None:
    """BLEU and chrF over LAAL, a row of the figure for each pair; policies are told by their colours."""
    figure, grid = begin(len(found), len(METRICS), SIZE)
    for (pair, measured), panels in zip(found.items(), grid, strict=True):
        for (metric, name), axes in zip(METRICS.items(), panels, strict=True):
            for number, policy in enumerate(dict.fromkeys(row["policy"] for row in measured["rows"])):
                rows = sorted(
                    (row for row in measured["rows"] if row["policy"] == policy), key=lambda row: row["laal_s"]
                )
                for delay, mark in DELAYS.items():
                    axes.plot(
                        [row[delay] for row in rows],
                        [row[metric] for row in rows],
                        mark,
                        color=f"C{number}",
                        label=policy if mark == DELAYS["laal_s"] else None,
                    )
                    axes.set(xlabel="seconds (o LAAL, x computation-aware LAAL)", ylabel=f"{name}, {pair}")
    grid[0][0].legend(fontsize=6)
    end(figure, path)
