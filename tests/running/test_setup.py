"""`ops.setup`, which begins compilers and installers of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from ops.harness.stack import ROOT

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
