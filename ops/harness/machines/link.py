"""A host's cable that is long or lossy for a while: `forwarder.py` passes on what goes over it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ops.harness.machines import forwarder
from ops.harness.machines.host import Host, do

NEAR, FAR = "far.near", "far.far"
NONE: Final = 0.0


@contextmanager
def bad(host: Host, interface: str, *, milliseconds: float = NONE, percent: float = NONE) -> Iterator[None]:
    """Have what goes over a cable of a host come so late each way, or so many of a hundred frames not at all.

    Raises:
        RuntimeError: what passes it on has ended.
    """
    cable = next(cable for cable in host.cables if cable.interface == interface)
    outer = host.outer(cable)
    do("ip", "link", "add", "name", NEAR, "up", "type", "veth", "peer", "name", FAR)
    do("ip", "link", "set", "dev", FAR, "up")
    words = [sys.executable, "-I", forwarder.__file__, outer, NEAR, str(milliseconds), str(percent)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as passing:
        assert passing.stdout is not None
        try:
            passing.stdout.readline()  # it is there, or has ended
            do("ip", "link", "set", "dev", outer, "nomaster")
            do("ip", "link", "set", "dev", FAR, "master", cable.switch)
            yield
            if passing.poll() is not None:
                raise RuntimeError(f"nothing has gone over {outer} since {forwarder.__name__} ended")
        finally:
            passing.kill()
            do("ip", "link", "delete", "dev", NEAR)
            do("ip", "link", "set", "dev", outer, "master", cable.switch)
