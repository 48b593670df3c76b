"""Tests find the default models alone, whatever the person who runs them has installed or chosen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.harness.stack import ROOT
from tasks import registry
from tasks.models.catalogue import MODELS
from tasks.models.offered import OFFERED
from tests.support import own_models

DEFAULT = {model.name for model in MODELS if model.default}
PROBE = """
import os
from pathlib import Path
from tests.support import own_models

def test_what_is_there():
    there = sorted(path.name for path in Path(os.environ["MODELS_DIR"]).iterdir())
    chosen = [name for name in own_models.PERSONAL if name in os.environ]
    Path(os.environ["SEEN"]).write_text(f"{os.environ['MODELS_DIR']} {there} {chosen}")
"""


def test_nothing_else_is_installed_here() -> None:
    assert {path.name for path in Path(os.environ["MODELS_DIR"]).iterdir() if not path.name.startswith(".")} <= DEFAULT
    assert not {name for name in own_models.PERSONAL if name in os.environ}


@pytest.mark.service
def test_what_a_person_has_is_out_of_sight_and_stays(tmp_path: Path) -> None:
    theirs = tmp_path / "models"
    for name in (*DEFAULT, *(model.name for model in OFFERED)):
        (theirs / name).mkdir(parents=True)
        (theirs / name / "weights.bin").write_bytes(b"some weights")
    (tmp_path / "test_probe.py").write_text(PROBE)
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    env = {name: value for name, value in os.environ.items() if name != own_models.OWNER and "XDIST" not in name}
    env |= dict.fromkeys(own_models.PERSONAL, "chosen")
    env |= {"MODELS_DIR": str(theirs), "SEEN": str(tmp_path / "seen"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path), "-n", "2"]
    done = subprocess.run([*command, tmp_path / "test_probe.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    folder, _, seen = (tmp_path / "seen").read_text().partition(" ")
    assert seen == f"{sorted(DEFAULT)} []"
    assert not Path(folder).exists(), "removed at the end"
    assert (theirs / MODELS[0].name / "weights.bin").read_bytes() == b"some weights"


@pytest.mark.model
def test_what_is_found_is_whole() -> None:
    for name in DEFAULT:
        registry.verify(name)
