"""`make monologue`: how far behind a speaker who does not wait a listener is.

Somebody speaks a long recording, somebody else reads and hears it in another language, on a system of its own with
nothing else in it: two browsers, or with --light two light callers, who leave the processor to the product. For each
word of the recording, when it was spoken is known from its text. Printed is how long after that the listener was shown
it; and for each translated word, how long after the moment in the source that corresponds to it by proportion it was
shown, and heard (what was played, transcribed with the time of each word). Also how many words were shown and taken
back, what clauses cost in chrF, what each stage takes of the processor, and where the seconds go until a piece of the
dub sounds. Prints a table and writes var/monologue.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from ops.harness.recordings import DATA
from ops.measure import signals
from ops.measure.figures import busy, machine, write
from ops.measure.long_speech import long_speech
from ops.measure.monologue_report import measured, table
from ops.measure.monologue_run import spoken

SECONDS: Final = 60.0


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of speech at most; default: 60")
    parser.add_argument("--source", default="en", help="language that is spoken; default: en")
    parser.add_argument("--target", default="pt", help="language that is read and heard; default: pt")
    parser.add_argument("--light", action="store_true", help="light callers in place of browsers")
    parser.add_argument("--rounds", type=int, default=1, help="how often it is spoken, each time in a new call")
    asked = parser.parse_args()
    speech = long_speech(asked.set.resolve(), asked.source, asked.seconds)
    before: dict[str, Any] = {"machine": machine(), "load_average": busy()}
    run = signals.run(spoken(speech, asked.target, light=asked.light, rounds=asked.rounds))
    figures = {**before, **measured(speech, asked.target, run)}
    print(table(figures))
    write("monologue", figures)


if __name__ == "__main__":
    main()
