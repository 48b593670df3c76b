"""Sends PCM as paced Opus RTP: the clock of a dubbed or recorded track."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from app.media.audio.opus import FRAME, OpusEncoder, Pcm
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.media.audio.tap import Sounding

PAYLOAD_TYPE: Final = 100
"""Payload type that the SFU expects of injected Opus (`docs/protocol.md`)."""

FRAME_SECONDS: Final = FRAME / RTP_RATE

_MAX_LATE_SECONDS: Final = 0.1
"""Seconds behind schedule at which the schedule is abandoned, rather than caught up with in a burst."""


def new_ssrc() -> int:
    """A random SSRC (RFC 3550 8.1)."""
    return secrets.randbelow(0xFFFF_FFFE) + 1


class RtpSender:
    """One outgoing track. Nothing is sent while nothing is played; the RTP clock goes on."""

    def __init__(self, port: int, ssrc: int, on_packet: Callable[[Sounding], None] | None = None) -> None:
        """Sends to 127.0.0.1:`port` with the given SSRC; `on_packet` is given every packet that was sent."""
        self._on_packet = on_packet
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(("127.0.0.1", port))
        self._ssrc = ssrc
        self._encoder = OpusEncoder()
        self._seq = secrets.randbelow(1 << 15)
        self._timestamp = secrets.randbelow(1 << 31)
        self._due: float | None = None  # when the next frame is to leave, on the loop's clock
        self._marker = True

    async def play(self, source: Iterable[Pcm], wanted: Callable[[], bool] = lambda: True) -> bool:
        """Sends frames in real time until they end, or until `wanted` says no.

        Returns:
            Whether all were sent. Returns when the last frame has been sent, so that another clip can
            follow without a gap.
        """
        loop = asyncio.get_running_loop()
        self._resume(loop.time(), tolerance=FRAME_SECONDS)
        for frame in source:
            if self._due is not None and (delay := self._due - loop.time()) > 0:
                await asyncio.sleep(delay)
            if not wanted():
                return False
            self._resume(loop.time(), tolerance=_MAX_LATE_SECONDS)
            self._send(frame)
        return True

    def close(self) -> None:
        """Releases the socket."""
        self._socket.close()

    def _resume(self, now: float, *, tolerance: float) -> None:
        """Moves schedule and RTP clock on over a silence, which opens a talk spurt (RFC 3551 4.1)."""
        if self._due is None:
            self._due = now
        elif now - self._due > tolerance:
            skipped = round((now - self._due) / FRAME_SECONDS)
            self._due += skipped * FRAME_SECONDS
            self._timestamp += skipped * FRAME
            self._marker = True

    def _send(self, frame: Pcm) -> None:
        for payload in self._encoder.encode(frame):
            packet = RtpPacket(PAYLOAD_TYPE, self._marker, self._seq, self._timestamp & 0xFFFFFFFF, self._ssrc, payload)
            # Like loss on the network: a swamped or restarting SFU is noticed on its control connection.
            with suppress(BlockingIOError, ConnectionRefusedError):
                self._socket.send(pack(packet))
            if self._on_packet is not None:
                self._on_packet(Sounding(payload, self._timestamp, time.time(), frame))
            self._marker = False
            self._seq = (self._seq + 1) & 0xFFFF
        self._timestamp += FRAME
        self._due = (self._due or 0.0) + FRAME_SECONDS
