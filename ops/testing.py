"""What `ops/test.sh` prints at its end: the minutes of each part, the slowest files, and what was held a second time.

Usage: python -m ops.testing FOLDER, where each part has left NAME.xml (JUnit, as pytest writes it; NAME.again.xml for
what was held once more) and a line "NAME SECONDS" in the file `parts`, or "NAME SECONDS beside" where the next ones ran
at the same time.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SLOWEST = 10
AGAIN = ".again"
NODE = "app/media/sfu"
"""Of Node's tests, whose report names no files."""


@dataclass(frozen=True)
class Case:
    """One test, as it was held in one part."""

    file: str
    name: str
    seconds: float
    """With its fixtures: setup, call and teardown."""
    failed: bool


def cases(report: Path) -> list[Case]:
    """The tests of a part; none where it was broken off before it could write its report."""
    if not report.exists():
        return []
    found = []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
        file = NODE if case.get("classname") == "test" else file_of(case.get("classname", ""))
        failed = case.find("failure") is not None or case.find("error") is not None
        found.append(Case(file, case.get("name", ""), float(case.get("time", 0)), failed))
    return found


def file_of(classname: str) -> str:
    """`tests.media.test_tap` or `tests.media.test_tap.TestClass` → `tests/media/test_tap.py`."""
    words = classname.split(".")
    modules = [place for place, word in enumerate(words) if word.startswith("test_")]
    return "/".join(words[: modules[-1] + 1] if modules else words) + ".py"


def held_twice(folder: Path, part: str) -> list[str]:
    """What of a part was held again, by name, and how that went."""
    again = cases(folder / f"{part}{AGAIN}.xml")
    if not again:
        return [f"all of {part}: broken off both times"]
    if not (folder / f"{part}.xml").exists():
        failures = [f"{case.file}::{case.name}" for case in again if case.failed]
        return [f"all of {part}: broken off, then {'failed: ' + ', '.join(failures) if failures else 'passed'}"]
    first = {(case.file, case.name) for case in cases(folder / f"{part}.xml") if case.failed}
    return [
        f"{case.file}::{case.name}: failed, then {'failed again' if case.failed else 'passed'}"
        for case in again
        if case.failed or (case.file, case.name) in first
    ]


def summary(folder: Path) -> str:
    """What is printed."""
    rows = [line.split() for line in (folder / "parts").read_text().splitlines()]
    parts = [(name, int(seconds)) for name, seconds, *_ in rows]
    beside = {name for name, _, *more in rows if more}
    files: defaultdict[str, float] = defaultdict(float)
    for name, _ in parts:
        for case in cases(folder / f"{name}.xml"):
            files[case.file] += case.seconds
    repeated = [
        line for name, _ in parts if name.endswith(AGAIN) for line in held_twice(folder, name.removesuffix(AGAIN))
    ]
    slowest = sorted(files.items(), key=lambda row: row[1], reverse=True)[:SLOWEST]
    lines = ["", "=== the slowest files, in seconds of their tests ==="]
    lines += [f"{seconds:7.1f}  {file}" for file, seconds in slowest]
    lines += [
        "=== minutes ===",
        *(f"{seconds / 60:7.1f}  {name}{' (beside)' * (name in beside)}" for name, seconds in parts),
    ]
    lines += [f"{sum(seconds for name, seconds in parts if name not in beside) / 60:7.1f}  all"]
    lines += [f"=== held twice: {len(repeated)} ===", *(f"held twice: {line}" for line in repeated)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary(Path(sys.argv[1])))
