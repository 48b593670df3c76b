"""`python -m ops.measure.drafts`: drafts of sentences with numbers, times, "not", doses and prices, to be read.

The sentences were written when the guards were frozen (docs/measurements/llm.md). What is shown, what is refused and
how long each took is printed and written to var/drafts.json; whether what is shown is right is for a person to say. A
run that was stopped goes on with --resume.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any, Final

from ops.measure.eval.sheet import Sheet
from ops.measure.figures import VAR, machine, percentiles, write
from tasks import loading, offers
from tasks.engines.base import EngineError, Translator
from tasks.engines.kinds import Kind
from tasks.wire.environment import TaskConfig

SENTENCES: Final = Path(__file__).with_name("sentences.tsv")
PRACTICE: Final = Path(__file__).with_name("practice.tsv")


def main() -> None:
    """Draft, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="draft-en-vi", help="name of the installed model")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument("--practice", action="store_true", help="those by which prompt and guards were made, instead")
    asked = parser.parse_args()
    engine = _loaded(asked.engine)
    with (PRACTICE if asked.practice else SENTENCES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    conditions = {
        "engine": asked.engine,
        "practice": asked.practice,
        "fingerprint": engine.fingerprint,
        "machine": machine(),
    }
    sheet = Sheet(VAR / "drafts.partial.json", conditions, resume=asked.resume)
    drafts = [_drafted(sheet, engine, row) for row in rows]
    for row, draft in zip(rows, drafts, strict=True):
        print(f"{row['text']}\n    {draft['text'] or draft['reason']}  ({draft['seconds']:.2f} s)")
    shown = sum(bool(draft["text"]) for draft in drafts)
    print(f"\n{shown} of {len(drafts)} shown")
    took = percentiles([1000 * draft["seconds"] for draft in drafts])
    write("drafts", {**conditions, "shown": shown, "took_ms": took, "drafts": drafts})
    sheet.done()


def _loaded(name: str) -> Translator:
    offer = next((offer for offer in offers.listed(Kind.TRANSLATION) if offer.name == name), None)
    if offer is None:
        raise SystemExit(f"{name} is not installed: `jbcalling models install {name}`")
    engine = loading.load(offer, TaskConfig(), Translator, {})
    engine.warm_up()
    return engine


def _drafted(sheet: Sheet, engine: Translator, row: dict[str, str]) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        began = time.perf_counter()
        try:
            text, reason = engine.translate(row["text"], row["source"], row["target"]), ""
        except EngineError as error:
            text, reason = "", str(error)
        return {
            **row,
            "source_text": row["text"],
            "text": text,
            "reason": reason,
            "seconds": time.perf_counter() - began,
        }

    drafted: dict[str, Any] = sheet.step(row["text"], work)
    return drafted


if __name__ == "__main__":
    main()
