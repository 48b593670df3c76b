"""`python -m ops.measure.drafts`: drafts of sentences with numbers, times, "not", doses and prices, to be read.

The sentences were written when the guards were frozen (docs/measurements/llm.md). What is shown, what is refused and
how long each took is printed and written to var/drafts.json; whether what is shown is right is for a person to say. A
run that was stopped goes on with --resume.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from ops.measure.drafts.drafter import MODEL, PRACTICE, SENTENCES, loaded, rows
from ops.measure.eval.sheet import Sheet
from ops.measure.figures import VAR, machine, percentiles, write
from tasks.engines.base import EngineError, Translator


def main() -> None:
    """Draft, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default=MODEL, help="name of the installed model")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument("--practice", action="store_true", help="those by which prompt and guards were made, instead")
    asked = parser.parse_args()
    engine = loaded(asked.engine)
    sentences = rows(PRACTICE if asked.practice else SENTENCES)
    conditions = {
        "engine": asked.engine,
        "practice": asked.practice,
        "fingerprint": engine.fingerprint,
        "machine": machine(),
    }
    sheet = Sheet(VAR / "drafts.partial.json", conditions, resume=asked.resume)
    drafts = [_drafted(sheet, engine, row) for row in sentences]
    for row, draft in zip(sentences, drafts, strict=True):
        print(f"{row['text']}\n    {draft['text'] or draft['reason']}  ({draft['seconds']:.2f} s)")
    shown = sum(bool(draft["text"]) for draft in drafts)
    print(f"\n{shown} of {len(drafts)} shown")
    took = percentiles([1000 * draft["seconds"] for draft in drafts])
    write("drafts", {**conditions, "shown": shown, "took_ms": took, "drafts": drafts})
    sheet.done()


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
