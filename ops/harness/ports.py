"""Ports of loopback that nothing uses, neither over TCP nor over UDP, and that nobody is given soon again."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

LOWEST: Final = 20_000
COUNT: Final = 12_000
"""They end before those that Linux gives to outgoing connections (`ip_local_port_range`): what binds a port seconds
after it was chosen would find one of these on it."""
CURSOR: Final = Path(tempfile.gettempdir()) / f"jbc-ports-{os.getuid()}"
"""Holds how many ports have been given so far: processes that run side by side get different ones."""


def free_port() -> int:
    """One port."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many ports, all different."""
    found: list[int] = []
    with ExitStack() as bound:
        while len(found) < count:
            port = _next()
            try:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    bound.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody has it: the next will do
            found.append(port)
    return found


def _next() -> int:
    with CURSOR.open("a+") as cursor:
        fcntl.flock(cursor, fcntl.LOCK_EX)
        cursor.seek(0)
        given = int(cursor.read() or 0)
        cursor.truncate(0)
        cursor.write(str(given + 1))
    return LOWEST + given % COUNT
