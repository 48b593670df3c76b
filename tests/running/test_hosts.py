"""Hosts out of namespaces: they are apart, die and come back, and nothing is left of them however their world ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import psutil
import pytest

from ops.harness.machines import world
from ops.harness.stack import ROOT

PROGRAM = [sys.executable, "-m", "tests.support.small_world"]


@pytest.mark.service
def test_hosts_are_apart_and_one_that_dies_comes_back_as_new() -> None:
    done = subprocess.run(PROGRAM, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "names": ["one", "two"],
        "apart": True,
        "reached": True,
        "cut": False,
        "mended": True,
        "late": True,
        "lost": True,
        "good": True,
        "left": 0,
        "forgotten": True,
        "again": True,
    }


@pytest.mark.service
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_world_when_its_holder_ends(number: signal.Signals) -> None:
    with subprocess.Popen([*PROGRAM, "hold"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().startswith("{"), "it is up"
        all_of_it = psutil.Process(holder.pid).children(recursive=True)
        assert len(all_of_it) > 4
        holder.send_signal(number)
        assert holder.wait(10) == (-number if number == signal.SIGKILL else 128 + number)
    assert psutil.wait_procs(all_of_it, timeout=10)[1] == []


def test_who_may_make_no_hosts_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(world, "SBIN", "/nowhere")
    with pytest.raises(world.NoWorldError, match="apt-get install iproute2 nftables util-linux"):
        world.apart()
