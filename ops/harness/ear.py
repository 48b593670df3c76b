"""What somebody hears over plain RTP: kept with the time at which it came, and made sound of when all is over."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.media.audio.rtp import parse
from app.media.audio.tap import Chunk, TapStream
from app.media.bridge.sfu_messages import TapAnswer
from tasks.wire.messages import STT_RATE

SAME_MOMENT: Final = STT_RATE // 50
"""Samples by which times of packets that follow each other may differ from what came between them: jitter."""


class Ear(asyncio.DatagramProtocol):
    """Hears voices on a UDP port of loopback: `open` it within the event loop. Decodes nothing while they come."""

    def __init__(self) -> None:
        self.port = 0
        self.last = 0.0
        """When something was heard last, seconds since the epoch."""
        self._packets: list[tuple[float, bytes]] = []
        self._voices: dict[int, TapAnswer] = {}
        self._transport: asyncio.BaseTransport | None = None

    async def open(self) -> None:
        """Begin to hear."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = self._transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """Hear no more; what was heard stays."""
        if self._transport is not None:
            self._transport.close()

    def expect(self, voice: TapAnswer) -> None:
        """A voice comes to the port; its packets may be here before this is known."""
        self._voices[voice.ssrc] = voice

    def datagram_received(self, data: bytes, _addr: tuple[str | Any, int]) -> None:
        """A packet came."""
        self.last = time.time()
        self._packets.append((self.last, data))

    def heard(self) -> tuple[NDArray[np.float32], float]:
        """All voices together, 16 kHz mono, and when that begins, seconds since the epoch; nothing begins at 0."""
        chunks = {ssrc: self._chunks(voice) for ssrc, voice in self._voices.items()}
        began = min((own[0].time for own in chunks.values() if own), default=0.0)
        placed = [part for own in chunks.values() for part in _placed(own, began)]
        sound = np.zeros(max((at + len(samples) for at, samples in placed), default=0), np.float32)
        for at, samples in placed:
            sound[at : at + len(samples)] += samples.astype(np.float32) / np.float32(32768)
        return np.clip(sound, -1.0, 1.0), began

    def _chunks(self, voice: TapAnswer) -> list[Chunk]:
        stream = TapStream(voice.ssrc, voice.payload_type)
        found: list[Chunk] = []
        for at, data in self._packets:
            packet = parse(data)
            if packet is not None and packet.ssrc == voice.ssrc:
                found += stream.tick(at)  # so that silence lies where it was, however long
                found += stream.feed(data, at)
        return found


def _placed(chunks: list[Chunk], began: float) -> list[tuple[int, NDArray[np.int16]]]:
    """Chunks by the sample at which they begin: those that follow each other without a seam."""
    placed, end = [], 0
    for chunk in chunks:
        at = max(0, round((chunk.time - began) * STT_RATE))
        if abs(at - end) <= SAME_MOMENT:
            at = end
        placed.append((at, chunk.samples))
        end = at + len(chunk.samples)
    return placed
