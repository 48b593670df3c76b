"""The examples of docs/api.md run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops.harness.web_server import ROOT, WebServer

EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
EXPECTED = ("hoje", "all of you", "Bom dia", "00:00:00")


def test_every_example_has_its_expectation() -> None:
    assert len(EXAMPLES) == len(EXPECTED)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_an_example_does_what_it_says(web: WebServer, key: str, tmp_path: Path, number: int) -> None:
    language, code = EXAMPLES[number]
    command = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
    environment = os.environ | {"URL": web.url, "KEY": key}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert EXPECTED[number].lower() in done.stdout.lower()
