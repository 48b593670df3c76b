"""`make simultaneous`: words and clauses of somebody who still speaks, policy by policy, off line.

Which words of a speaker who goes on are certain, and when; and what translating by clauses costs. Decodings take what
they take here, on a clock that is counted. Prints tables and writes var/simultaneous.json; `--docs` renews the table of
clauses in docs/measurements/simultaneous.md, too, and draws its plot.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from ops.harness.recordings import DATA
from ops.measure import document
from ops.measure.figures import busy, machine, write
from ops.measure.long_speech import long_speech
from ops.measure.simultaneous import clauses, commits, plot
from tasks import serving
from tasks.serving import Engines
from tasks.wire.environment import TaskConfig

PARTS: Final = ("words", "clauses")


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; default: both")
    parser.add_argument("--languages", nargs="+", default=["en"], help="speech that words are shown of; default: en")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each speech; default: 60")
    parser.add_argument("--pairs", nargs="+", default=["en-pt", "pt-en"], help="default: en-pt pt-en")
    parser.add_argument(
        "--policies", nargs="+", choices=commits.POLICIES, default=list(commits.POLICIES), help="default: all"
    )
    parser.add_argument("--sentences", type=int, default=120, help="to translate at most; default: 120")
    parser.add_argument("--docs", action="store_true", help="renew the table and the plot in docs/measurements")
    return parser.parse_args()


def measure_words(folder: Path, engines: Engines, asked: argparse.Namespace) -> dict[str, Any]:
    """Language → commit policies on a speech in it."""
    return {
        language: commits.measure(
            long_speech(folder, language, asked.seconds), engines.listener_for(language), asked.policies
        )
        for language in asked.languages
    }


def measure_clauses(folder: Path, engines: Engines, asked: argparse.Namespace) -> dict[str, Any]:
    """Pair → clause policies on sentences of it."""
    return {pair: clauses.of_pair(folder, engines, pair, asked.sentences) for pair in asked.pairs}


def renew(found: dict[str, Any]) -> None:
    """The table and the plot in docs/measurements."""
    document.renew("clauses", clauses.markdown(found), document.MEASUREMENTS / "simultaneous.md")
    plot.quality(found, document.PLOTS / "simultaneous.svg")


def main() -> None:
    """Measure, print, write."""
    asked = arguments()
    folder = asked.set.resolve()
    name = "tests/data" if folder == DATA else folder.name
    figures: dict[str, Any] = {"machine": machine(), "load_average": busy(), "set": name}
    queues = {"words": "stt", "clauses": "translate"}
    engines = serving.load([queues[part] for part in asked.only], TaskConfig())
    tables = []
    if "words" in asked.only:
        figures["words"] = measure_words(folder, engines, asked)
        tables += [commits.table(*row) for row in figures["words"].items()]
    if "clauses" in asked.only:
        figures["clauses"] = measure_clauses(folder, engines, asked)
        tables += [clauses.table(*row) for row in figures["clauses"].items()]
        if asked.docs:
            renew(figures["clauses"])
    where = figures["machine"]
    load = f"load average {figures['load_average']} before it began"
    print("\n\n".join([f"\n{where['cpu']}, {where['cores']} cores, {load}; set: {name}", *tables]))
    write("simultaneous", figures)


if __name__ == "__main__":
    main()
