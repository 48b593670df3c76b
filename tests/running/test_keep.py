"""Keeping a process running: again when it ends, not when it was told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path


def test_it_starts_what_ends_again_and_stops_when_told(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text("import time; print('begun', flush=True); time.sleep(600)\n")
    command = [sys.executable, "-m", "app.supervisor.restart", sys.executable, str(script)]
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    try:
        assert keeper.stdout.readline() == "begun\n"
        children = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        assert "ended with status -9; starting again" in keeper.stdout.readline()
        assert keeper.stdout.readline() == "begun\n"
        os.killpg(keeper.pid, signal.SIGTERM)  # as honcho does: the whole group
        assert keeper.wait(timeout=10) == 0
        assert keeper.stdout.read() == ""
    finally:
        if keeper.poll() is None:
            os.killpg(keeper.pid, signal.SIGKILL)
