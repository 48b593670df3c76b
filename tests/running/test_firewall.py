"""The firewall of the plan in a kernel: two networks of this machine with a cable between them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.cli import main
from tests.support import other_end

ABOUT_TWENTY = range(17, 25)
"""Of thirty connections that one source makes to SSH at once: a slow machine lets one more in every three seconds."""


@pytest.mark.service
def test_the_firewall_opens_what_it_says_and_slows_ssh_for_each_source(tmp_path: Path) -> None:
    plan = ["deploy", "plan", "--role", "all", "--domain", "calls.example.org", "--address", "192.0.2.1"]
    made = CliRunner().invoke(main, [*plan, "--address6", "2001:db8:1::1", "--out", str(tmp_path / "plan")])
    assert made.exit_code == 0, made.output
    rules = str(tmp_path / "plan/etc/nftables.conf")
    apart = [shutil.which("unshare") or "unshare", "-n" if os.geteuid() == 0 else "-rn"]
    command = [*apart, sys.executable, other_end.__file__, rules]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert seen["open"] == {  # to all, over both
        f"{family} {port}": port in other_end.OPEN for family in ("4", "6") for port in other_end.PORTS
    }
    assert seen["4"]["many"] in ABOUT_TWENTY
    assert seen["4"]["another"] == 1, "somebody else is not slowed"
    assert seen["6"]["many"] in ABOUT_TWENTY, "another address of the network is the same source"
    assert seen["6"]["another"] == 1
