"""Ports of loopback that nothing used a moment ago, neither over TCP nor over UDP."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def free_port() -> int:
    """One port."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many ports, all different."""
    found: list[int] = []
    with ExitStack() as bound:
        while len(found) < count:
            tcp = bound.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            tcp.bind(("127.0.0.1", 0))
            port: int = tcp.getsockname()[1]
            udp = bound.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody has it over UDP: the next will do
            found.append(port)
    return found
