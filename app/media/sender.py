"""Sends PCM as paced Opus RTP: the clock of a dubbed or recorded track."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import numpy as np

from app.media.opus import FRAME, OpusEncoder, Pcm, Resampler, frame_of
from app.media.rtp import RTP_RATE, RtpPacket, pack
from app.tempo import at_tempo

PAYLOAD_TYPE: Final = 100
"""Payload type that the SFU expects of injected Opus (`docs/protocol.md`)."""

FRAME_SECONDS: Final = FRAME / RTP_RATE

_LATE: Final = 0.1
"""Seconds behind schedule at which the schedule is abandoned, rather than caught up with in a burst."""

_FADE: Final = 0.005
"""Seconds of fade at both edges of a clip, against clicks."""


def new_ssrc() -> int:
    """A random SSRC (RFC 3550 8.1)."""
    return secrets.randbelow(0xFFFF_FFFE) + 1


def frames(samples: Pcm, rate: int, tempo: float = 1.0) -> Iterator[Pcm]:
    """A clip at `rate` Hz as 20 ms frames at 48 kHz, faded at its edges, padded to whole frames and one more.

    The extra frame carries the encoder's look-ahead of 6.5 ms. Works as it goes, so that a long clip does not hold
    up the event loop. `tempo` makes it that many times faster, at the same pitch.
    """
    faded = samples.astype(np.float32)
    edge = min(int(_FADE * rate), len(samples) // 2)
    if edge:
        ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        faded[:edge] *= ramp
        faded[-edge:] *= ramp[::-1]
    source = faded.astype(np.int16)
    resampler, step = Resampler(rate, RTP_RATE), max(1, rate // 10)
    pieces = (frame_of(source[at : at + step], rate) for at in range(0, len(source), step))
    ready = np.zeros(0, np.int16)
    for piece in at_tempo(pieces, tempo):
        ready = np.concatenate([ready, resampler.push(piece.to_ndarray().reshape(-1).astype(np.int16))])
        while len(ready) >= FRAME:
            yield ready[:FRAME]
            ready = ready[FRAME:]
    ready = np.concatenate([ready, resampler.finish()])
    padded = np.concatenate([ready, np.zeros(-len(ready) % FRAME + FRAME, np.int16)])
    yield from padded.reshape(-1, FRAME)


class RtpSender:
    """One outgoing track. Nothing is sent while nothing is played; the RTP clock goes on."""

    def __init__(self, port: int, ssrc: int) -> None:
        """Sends to 127.0.0.1:`port` with the given SSRC."""
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
            self._resume(loop.time(), tolerance=_LATE)
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
            self._marker = False
            self._seq = (self._seq + 1) & 0xFFFF
        self._timestamp += FRAME
        self._due = (self._due or 0.0) + FRAME_SECONDS
