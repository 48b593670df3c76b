"""A bridge reduced to its socket: what a test needs to dub a speaker with a tone and to say notices."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from app.auth.tokens import bridge_token
from app.media.audio.opus import FRAME, OpusEncoder
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack

PAYLOAD_TYPE: Final = 100
TONE_LEVEL: Final = 0.3


class Bridge:
    """One bridge connection: requests and their answers; events are of no interest here."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.rooms: list[dict[str, Any]] = []
        """Those that were open when it came, as the SFU describes them."""
        self._socket = socket_
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())
        self._sending: list[asyncio.Task[None]] = []

    async def request(self, method: str, **data: object) -> dict[str, Any]:
        """Ask the SFU; its answer.

        Raises:
            RuntimeError: the SFU refused.
        """
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "data": data}))
        return await asyncio.wait_for(self._answers[number], 10)

    async def dub(self, room: str, speaker: str, label: str, hertz: float, ssrc: int = 4711) -> str:
        """Give a speaker a dubbed track that is a steady tone; its producer id."""
        answer = await self.request("inject", room=room, participant=speaker, track="dubbed", label=label, ssrc=ssrc)
        self._sending.append(asyncio.create_task(_send_tone(answer["port"], ssrc, hertz)))
        producer: str = answer["producerId"]
        return producer

    @property
    def there(self) -> bool:
        """Whether the SFU still holds its socket: it cuts one that leaves a ping unanswered."""
        return not self._reading.done()

    async def close(self) -> None:
        """Leave, as a bridge that is stopped."""
        for task in (*self._sending, self._reading):
            task.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame)
            answer = self._answers.pop(message.get("id"), None)
            if answer is None:
                continue
            if "ok" in message:
                answer.set_result(message["ok"])
            else:
                answer.set_exception(RuntimeError(str(message["error"])))


@asynccontextmanager
async def bridge(url: str, secret: str) -> AsyncIterator[Bridge]:
    """A connected bridge that leaves at the end."""
    async with connect(url) as socket_:
        client = Bridge(socket_)
        client.rooms = (await client.request("hello", token=bridge_token(secret, bridge="test-bridge")))["rooms"]
        try:
            yield client
        finally:
            await client.close()


async def _send_tone(port: int, ssrc: int, hertz: float) -> None:
    encoder = OpusEncoder()
    started = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", port))
        for seq in itertools.count():
            moments = (np.arange(FRAME) + seq * FRAME) / RTP_RATE
            samples = (TONE_LEVEL * 32767 * np.sin(2 * np.pi * hertz * moments)).astype(np.int16)
            for payload in encoder.encode(samples):
                udp.send(pack(RtpPacket(PAYLOAD_TYPE, seq == 0, seq, seq * FRAME, ssrc, payload)))
            await asyncio.sleep(max(0, started + (seq + 1) * FRAME / RTP_RATE - time.monotonic()))
