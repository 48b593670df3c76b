"""Sends PCM as paced Opus RTP: the clock of a dubbed or recorded track."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import numpy as np
from av.audio.frame import AudioFrame

from app.media.audio.opus import FRAME, OpusEncoder, Pcm, Resampler, frame_of
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.tempo import Tempo

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


class Framer:
    """Cuts a clip that comes in parts into 20 ms frames at 48 kHz, without a seam between the parts.

    The clip is faded at its edges, and padded to whole frames and one more, which carries the encoder's look-ahead
    of 6.5 ms.
    """

    def __init__(self, rate: int, tempo: float = 1.0) -> None:
        """`rate` of the parts in Hz; `tempo` makes the clip that many times faster, at the same pitch."""
        self._rate = rate
        self._resampler = Resampler(rate, RTP_RATE)
        self._tempo = Tempo(tempo)
        self._begun = False
        self._ready = np.zeros(0, np.int16)

    def push(self, samples: Pcm, *, last: bool) -> Iterator[Pcm]:
        """The frames that a part completes. Works as it goes, so that a long one does not hold up the event loop."""
        faded = self._faded(samples, last=last)
        step = max(1, self._rate // 10)
        for at in range(0, len(faded), step):
            for frame in self._tempo.push(frame_of(faded[at : at + step], self._rate)):
                yield from self._resampled(frame)
        if last:
            for frame in self._tempo.finish():
                yield from self._resampled(frame)
            yield from self._cut(self._resampler.finish())
            yield from self._cut(np.zeros(-len(self._ready) % FRAME + FRAME, np.int16))

    def _faded(self, samples: Pcm, *, last: bool) -> Pcm:
        edge = min(int(_FADE * self._rate), len(samples) // 2)
        ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        faded = samples.astype(np.float32)
        if not self._begun:
            faded[:edge] *= ramp
        if last:
            faded[len(faded) - edge :] *= ramp[::-1]
        self._begun = True
        return faded.astype(np.int16)

    def _resampled(self, frame: AudioFrame) -> Iterator[Pcm]:
        return self._cut(self._resampler.push(frame.to_ndarray().reshape(-1).astype(np.int16)))

    def _cut(self, samples: Pcm) -> Iterator[Pcm]:
        self._ready = np.concatenate([self._ready, samples])
        while len(self._ready) >= FRAME:
            frame, self._ready = self._ready[:FRAME], self._ready[FRAME:]
            yield frame


def frames(samples: Pcm, rate: int, tempo: float = 1.0) -> Iterator[Pcm]:
    """A clip that is there as a whole as `Framer` cuts it."""
    return Framer(rate, tempo).push(samples, last=True)


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
