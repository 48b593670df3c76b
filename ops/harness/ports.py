"""Ports of loopback that nothing uses, neither over TCP nor over UDP, and that nobody is given soon again."""

from __future__ import annotations

import fcntl
import socket
from contextlib import ExitStack
from typing import Final

from ops.commands import cache_folder

LOWEST: Final = 20_000
COUNT: Final = 12_000
"""They end before those that Linux gives to outgoing connections (`ip_local_port_range`): what binds a port seconds
after it was chosen would find one of these on it."""
CURSOR: Final = "ports"
"""In the cache, holds how many ports have been given so far: processes that run side by side get different ones."""


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
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / CURSOR).open("a+") as cursor:
        fcntl.flock(cursor, fcntl.LOCK_EX)
        cursor.seek(0)
        given = int(cursor.read() or 0)
        cursor.truncate(0)
        cursor.write(str(given + 1))
    return LOWEST + given % COUNT
