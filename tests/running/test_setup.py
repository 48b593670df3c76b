"""`ops.setup`, which begins compilers and installers of its own."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import litestar
import psutil
import pytest

from ops import commands
from ops.harness.stack import ROOT
from ops.packages import uv

PROGRAM = """
import signal, sys
from pathlib import Path
from ops import commands, setup
commands.LOG = Path(sys.argv[1])
setup.steps = lambda test: [setup.Step("Compiler", lambda: commands.run(["bash", "-c", sys.argv[2]]), "", ())]
setup.STATE = Path(sys.argv[1] + ".state")
sys.exit(setup.main())
"""
"""Setup itself, with one step that is a shell with a child, as a build is."""


def test_told_to_end_it_leaves_no_compiler_behind(tmp_path: Path) -> None:
    pipe = tmp_path / "begun"
    os.mkfifo(pipe)
    build = f"trap 'touch {tmp_path}/cleaned' EXIT; sleep 600 & echo $! > {pipe}; wait"
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "log"), build], cwd=ROOT)
    try:
        child = psutil.Process(int(pipe.read_text()))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
        child.wait(20)
        assert (tmp_path / "cleaned").exists(), "what the build had begun could be removed"
    finally:
        process.kill()


NO_HOME = "/proc/no-home"
"""A home directory that nobody can make."""


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JBC_CACHE", "XDG_CACHE_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", NO_HOME)


@pytest.mark.usefixtures("homeless")
@pytest.mark.service
def test_without_a_home_to_write_to_every_tool_keeps_its_files_in_our_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JBC_CACHE", str(tmp_path / "cache"))
    env = os.environ | commands.tool_environment()
    asked = {
        "uv": [uv(), "cache", "dir"],
        "npm": ["npm", "config", "get", "cache"],
    }
    for tool, command in asked.items():
        said = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
        assert Path(said) == tmp_path / "cache" / "tools" / tool
    assert env["PIP_CACHE_DIR"] == str(tmp_path / "cache/tools/pip")
    monkeypatch.setenv("UV_CACHE_DIR", "/srv/uv")  # what somebody has chosen stays
    assert commands.tool_environment()["UV_CACHE_DIR"] == "/srv/uv"


@pytest.mark.usefixtures("homeless")
def test_without_any_place_for_builds_setup_says_which_setting_names_one() -> None:
    with pytest.raises(commands.SetupError, match=f"The home directory {NO_HOME} cannot be written. Set JBC_CACHE"):
        commands.tool_environment()


def test_with_a_home_the_tools_keep_their_own_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not {"UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"} & commands.tool_environment().keys()


def test_packages_are_compiled_when_they_are_installed() -> None:
    modules = list(Path(litestar.__file__).parent.rglob("*.py"))  # more of them than anything imports
    assert [one for one in modules if not Path(importlib.util.cache_from_source(str(one))).exists()] == []
