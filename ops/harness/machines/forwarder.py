"""A long or lossy way between two interfaces: what one receives the other sends, later, or never.

`python forwarder.py ONE OTHER MILLISECONDS PERCENT`: so late each way, with so many of a hundred frames lost, where the
kernel has no `netem`. It says that it is ready, and goes on until it is killed. It imports nothing of ours: it has to
start fast, and to be small.
"""

from __future__ import annotations

import random
import select
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

SOL_PACKET = 263
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
ALL_PROTOCOLS = 3
LONGEST = 1 << 17
"""Bytes. Between namespaces segments are not cut to size, and have no checksums: the header that `PACKET_VNET_HDR` puts
before each frame says so to whoever is next."""


@dataclass
class Way:
    """One of the two directions."""

    source: socket.socket
    target: socket.socket
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)
    """When each frame is due, and the frame."""

    def take(self, delay: float, lost: float) -> None:
        """Take in what has come."""
        with suppress(BlockingIOError):
            while True:
                frame = self.source.recv(LONGEST)
                if random.random() >= lost:
                    self.under_way.append((time.monotonic() + delay, frame))

    def give(self) -> float:
        """Send what is due; seconds until more is."""
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            with suppress(OSError):  # a full queue or a cable that is cut loses it, as elsewhere
                self.target.send(self.under_way.popleft()[1])
        return self.under_way[0][0] - time.monotonic() if self.under_way else 3600.0


def opened(interface: str) -> socket.socket:
    """Where all frames that come to an interface are read."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    wire.setblocking(False)
    wire.bind((interface, ALL_PROTOCOLS))
    return wire


def main(one: str, other: str, milliseconds: float, percent: float) -> None:
    """Pass on until killed."""
    ends = opened(one), opened(other)
    ways = {ends[0]: Way(*ends), ends[1]: Way(ends[1], ends[0])}
    print("ready", flush=True)
    while True:
        wait = min(way.give() for way in ways.values())
        for end in select.select(ends, [], [], max(0.0, wait))[0]:
            ways[end].take(milliseconds / 1000, percent / 100)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
