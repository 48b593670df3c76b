"""The whole suite's last lines, and the kinds that decide what `make check` runs."""

from __future__ import annotations

import importlib
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from ops.testing import summary
from tests.support import kinds

CASE = '<testcase classname="tests.{module}" name="{name}" time="{seconds}">{fault}</testcase>'


def part(folder: Path, name: str, seconds: int, *tests: tuple[str, str, float, bool], beside: bool = False) -> None:
    """What a part leaves behind; one without tests was broken off."""
    with (folder / "parts").open("a") as parts:
        parts.write(f"{name} {seconds} {'beside' if beside else ''}\n")
    if tests:
        rows = [
            CASE.format(module=module, name=test, seconds=took, fault='<failure message="no"/>' if failed else "")
            for module, test, took, failed in tests
        ]
        (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{''.join(rows)}</testsuite></testsuites>")


def test_what_is_held_twice_is_named_and_counted_and_the_slowest_files_are_told(tmp_path: Path) -> None:
    part(tmp_path, "unit-and-models", 900, ("web.test_feed", "test_9", 0.1, False), beside=True)
    part(tmp_path, "base", 60, *(("web.test_feed", f"test_{n}", 2.0, False) for n in range(5)))
    part(tmp_path, "systems", 120, ("e2e.test_call", "test_a[en]", 30.0, True), ("e2e.test_call", "test_b", 9.5, True))
    part(tmp_path, "systems.again", 30, ("e2e.test_call", "test_a[en]", 7, False), ("e2e.test_call", "test_b", 1, True))
    part(tmp_path, "sfu", 30, ("node", "rooms", 0.5, False), ("node", "pages", 0.5, True))
    part(tmp_path, "sfu.again", 30, ("node", "rooms", 0.5, False), ("node", "pages", 0.5, False))
    for report in ("sfu.xml", "sfu.again.xml"):  # Node holds all of them again, and names no files
        path = tmp_path / report
        path.write_text(path.read_text().replace("tests.node", "test"))
    part(tmp_path, "callers", 2400)
    part(tmp_path, "callers.again", 60, ("client.test_nat", "test_c", 3.0, False))
    part(tmp_path, "bridges", 2400)
    part(tmp_path, "bridges.again", 2400)
    said = summary(tmp_path).splitlines()
    assert said[2:5] == [
        "   47.5  tests/e2e/test_call.py",
        "   10.1  tests/web/test_feed.py",
        "    3.0  tests/client/test_nat.py",
    ]
    assert "    2.0  systems" in said
    assert "   15.0  unit-and-models (beside)" in said
    assert "  125.5  all" in said, "what ran beside others took no time of its own"
    assert said[-6:] == [
        "=== held twice: 5 ===",
        "held twice: tests/e2e/test_call.py::test_a[en]: failed, then passed",
        "held twice: tests/e2e/test_call.py::test_b: failed, then failed again",
        "held twice: app/media/sfu::pages: failed, then passed",
        "held twice: all of callers: broken off, then passed",
        "held twice: all of bridges: broken off both times",
    ]


def test_every_starter_is_there_under_its_name() -> None:
    for name in kinds.STARTERS:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


def test_a_unit_test_may_start_no_service() -> None:
    refused = pytest.raises(pytest.fail.Exception, match="some test counts as a unit test but starts redis-server")
    with kinds.held_to(frozenset({"unit"}), "some test"), refused:
        with suppress(pytest.fail.Exception):  # as a task or a thread does
            subprocess.run(["/nowhere/redis-server"], check=False)
        kinds.judge()
    with kinds.held_to(frozenset({"service"}), "another"), pytest.raises(FileNotFoundError):
        subprocess.run(["/nowhere/redis-server"], check=False)
