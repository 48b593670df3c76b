"""`make eval`: measure, print a table, write var/eval.json.

Speech recognition is measured on a folder with `manifest.jsonl`; translation where that folder has `text/*.tsv`, in
every installed direction; every default voice on fixed sentences; translations that grow clause by clause on sentences
with a reference. No target fails the run: the table says what is met.
A run that was stopped goes on with --resume: what it had measured lies in var/eval.partial.json.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ops.harness.recordings import DATA
from ops.measure.clips import clips, first_of_each
from ops.measure.eval.parts import (
    Extent,
    measure_cache,
    measure_simultaneous,
    measure_stt,
    measure_translation,
    measure_tts,
)
from ops.measure.eval.sheet import Sheet
from ops.measure.eval.table import table
from ops.measure.figures import VAR, machine, write
from tasks import serving
from tasks.wire import keys
from tasks.wire.environment import TaskConfig

NORMALISER: Final = "whisper-normalizer (en: English; else basic, with numbers spelled out), jiwer"
PARTS: Final = ("stt", "translation", "tts", "cache", "simultaneous")


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; default: all")
    parser.add_argument("--clips", type=int, help="clips of each language and kind at most; default: all")
    parser.add_argument("--sentences", type=int, default=200, help="sentences of each text at most; default: 200")
    parser.add_argument("--hours", type=float, default=2.0, help="hours in which nobody speaks; default: 2; 0 for none")
    parser.add_argument("--shifts", type=int, default=4, help="times each clip is heard, cut elsewhere; default: 4")
    parser.add_argument("--languages", nargs="+", default=[], help="languages to recognise; default: all")
    parser.add_argument(
        "--voices", nargs="+", default=[], help="installed voices to measure, or all; default: those in use"
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    asked = arguments()
    folder = asked.set.resolve()
    extent = Extent(asked.clips, asked.sentences, asked.hours, asked.shifts, tuple(asked.languages))
    started = time.monotonic()
    engines = serving.load(keys.QUEUES, TaskConfig())
    figures: dict[str, Any] = {
        "machine": machine(),
        "set": "tests/data" if folder == DATA else folder.name,
        "normaliser": NORMALISER,
        "clips": [clip.id for clip in first_of_each(clips(folder), extent.clips)],
    }
    extents = {"sentences": extent.sentences, "hours": extent.hours, "shifts": extent.shifts}
    conditions = {**figures, **extents, "languages": asked.languages, "voices": asked.voices}
    sheet = Sheet(VAR / "eval.partial.json", conditions, resume=asked.resume)
    measured: dict[str, Callable[[], dict[str, Any]]] = {
        "stt": lambda: measure_stt(sheet, folder, engines, extent),
        "translation": lambda: measure_translation(sheet, folder, engines, extent),
        "tts": lambda: measure_tts(sheet, engines, asked.voices),
        "cache": lambda: measure_cache(sheet, engines),
        "simultaneous": lambda: measure_simultaneous(sheet, folder, engines, extent),
    }
    figures |= {part: work() for part, work in measured.items() if part in asked.only}
    figures["seconds"] = round(time.monotonic() - started)
    print(f"\n{table(figures)}")
    write("eval", figures)
    sheet.done()


if __name__ == "__main__":
    main()
