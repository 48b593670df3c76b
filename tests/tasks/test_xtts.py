"""XTTS and voice cloning, in an environment of its own: torch is no part of the base installation."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

from ops.commands import ROOT
from tasks.engines.base import EngineError
from tasks.engines.tts.xtts import available
from tasks.engines.tts.xtts.voice import Xtts
from tests.support import extras


def test_it_is_no_part_of_the_base_installation(tmp_path: Path) -> None:
    assert importlib.util.find_spec("torch") is None
    assert not available()
    with pytest.raises(EngineError, match="install the extra `xtts`"):
        Xtts(tmp_path, threads=1)


def test_cloning_caching_and_streaming_with_the_extra_installed() -> None:
    python = extras.torch_environment("xtts")
    done = subprocess.run(
        [
            python,
            "-m",
            "pytest",
            "-q",
            "-c",
            os.devnull,
            "--rootdir",
            ROOT,
            "-p",
            "no:cacheprovider",
            "--confcutdir",
            "tests/extras",
            "tests/extras/xtts_checks.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    print(done.stdout[-300:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
