"""What a voice went through on its way: each packet that was sent, and when it came to somebody who hears it."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from types import TracebackType
from typing import Final, NamedTuple, Self

_TIMESTAMP: Final = 35
"""SO_TIMESTAMPNS of socket(7), which Python does not name: the kernel says when a datagram came, a struct timespec."""
_TIMESPEC: Final = struct.Struct("@qq")


class Packet(NamedTuple):
    """One RTP packet."""

    number: int
    came: float
    """Epoch seconds at which it was in the socket, however busy the one who reads it was."""
    waited: float
    """Seconds that it lay there until this process got to it."""


class Ear:
    """Somebody who hears a voice over plain RTP on loopback. Use as a context, within the event loop."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        """Epoch seconds of each packet."""
        self.heard: list[Packet] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        self._socket.bind(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    @property
    def port(self) -> int:
        """Where the voice is to be sent."""
        return int(self._socket.getsockname()[1])

    def sending(self) -> bool:
        """Notes that a packet leaves now; `RtpSender.play` asks before each whether it is wanted, and it is."""
        self.sent.append(time.time())
        return True

    def lost(self) -> int:
        """Packets that never came, whether their numbers are missing or were given to later ones."""
        numbers = [packet.number for packet in self.heard]
        gaps = sum((later - earlier - 1) % 65_536 for earlier, later in itertools.pairwise(numbers))
        return max(gaps, len(self.sent) - len(self.heard))

    def under_way(self) -> list[float]:
        """Seconds that each packet took from one who speaks to one who hears; only while nothing is lost."""
        return [packet.came - sent for sent, packet in zip(self.sent, self.heard, strict=False)]

    def _read(self) -> None:
        now = time.time()
        data, ancillary, _, _ = self._socket.recvmsg(2048, socket.CMSG_SPACE(_TIMESPEC.size))
        if not 192 <= data[1] <= 223:  # RTCP
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
            came = seconds + nanoseconds / 1e9
            self.heard.append(Packet(struct.unpack_from("!H", data, 2)[0], came, now - came))
