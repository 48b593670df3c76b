"""Two bridges in one process, real Redis and voice detection, an SFU without media: one of them serves each room."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import redis.asyncio as aioredis

from app.cancellation import end
from app.media.audio.opus import resample
from app.media.audio.rtp import RTP_RATE, pack
from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from ops.harness.ports import free_port
from ops.harness.redis_server import redis_server
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import STT_RATE, Heartbeat, NextRoom, Segment, decode, encode
from tests.media.audio.streams import packets, pcm_of
from tests.media.bridge.small_sfu import SmallSfu

PEOPLE = [
    {"id": "ana", "meta": {"name": "Ana", "speak": "en", "read": "en", "hear": "en"}},
    {"id": "bob", "meta": {"name": "Bob", "speak": "pt", "read": "pt", "hear": "pt"}},
]


def room(name: str) -> dict[str, Any]:
    voice = {"producerId": f"{name}-ana", "participant": "ana", "kind": "audio", "track": "original"}
    return {"room": name, "participants": PEOPLE, "producers": [voice]}


class Two:
    """Both bridges, and what they send to the workers."""

    def __init__(self, sfu: SmallSfu, url: str) -> None:
        self.sfu = sfu
        self.redis = aioredis.Redis.from_url(url)
        self.sent: list[Segment] = []
        self.bridges = [self._bridge(url) for _ in range(2)]
        self.tasks = [asyncio.create_task(bridge.run()) for bridge in self.bridges]

    def _bridge(self, url: str) -> Bridge:
        settings = BridgeSettings(
            sfu_port=self.sfu.port,
            sfu_token_secret="s" * 40,
            bridge_port=free_port(),
            tasks=TaskConfig(redis_url=url),
        )
        return Bridge(settings, lambda _work, segment: self.sent.append(segment))

    async def beat(self) -> None:
        """A worker on which one call of two costs more than half of what there is."""
        costs = {"stt:en": 0.06, "translate:en>pt": 0.05, "speak:pt": 0.5}
        able: dict[str, Any] = {"queues": ["stt", "translate", "speak"], "stt": ["en"], "speak": ["pt"]}
        while True:
            beat = Heartbeat(worker="host.1.a", at=time.time(), translate=["en>pt"], costs=costs, **able)
            await self.redis.set(keys.heartbeat("w"), encode(beat), ex=keys.HEARTBEAT_TTL)
            await asyncio.sleep(keys.HEARTBEAT_EVERY)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something that the SFU was asked for makes it so."""
        async with asyncio.timeout(20):
            while not true():
                self.sfu.changed.clear()
                await self.sfu.changed.wait()

    async def speak(self, producer: str) -> None:
        """Ana says something, to whoever taps her, faster than people speak."""
        silence = np.zeros(STT_RATE, np.int16)
        stream = packets(resample(np.concatenate([pcm_of("en_cv_651325"), silence]), STT_RATE, RTP_RATE))
        ports = [tap.port for tap in self.sfu.taps.values() if tap.producer == producer]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for packet in stream:
                for port in ports:
                    udp.sendto(pack(packet), ("127.0.0.1", port))
                await asyncio.sleep(0.01)


@asynccontextmanager
async def two() -> AsyncIterator[Two]:
    with redis_server() as server:
        async with SmallSfu([room("one"), room("two")], bridges=2) as sfu:
            both = Two(sfu, server.url)
            beating = asyncio.create_task(both.beat())
            try:
                yield both
            finally:
                await end([*both.tasks, beating])
                await both.redis.aclose()


async def test_each_room_is_served_once_and_by_the_other_when_its_bridge_is_gone() -> None:
    async with two() as both:
        sfu = both.sfu
        await both.until(lambda: {tap.producer for tap in sfu.taps.values()} == {"one-ana", "two-ana"})
        await both.until(lambda: len({tap.bridge for tap in sfu.taps.values()}) == 2)
        assert len(sfu.taps) == 2, "nobody is tapped twice"

        await both.until(lambda: sfu.notices.get(("two", "dub:ana:pt"), {}).get("reason") == "busy_voice")
        # The other bridge says it when it looks next.
        await both.until(lambda: sfu.notices.get(("one", "dub:ana:pt"), {}).get("level") == "voice")
        await asyncio.gather(both.speak("one-ana"), both.speak("two-ana"))
        async with asyncio.timeout(20):
            while len(finals := [segment for segment in both.sent if segment.final]) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        by_room = {segment.room: segment for segment in finals}
        assert (by_room["one"].read, by_room["one"].hear) == (["pt"], ["pt"])
        assert (by_room["two"].read, by_room["two"].hear) == (["pt"], []), "there is no room for a second voice"
        assert by_room["one"].bridge != by_room["two"].bridge
        told = await both.redis.get(keys.ADMISSION)
        assert isinstance(told, bytes)
        assert decode(told, NextRoom).level == "translated_captions", "nor for the next one's"

        gone = next(iter(sfu.taps.values())).bridge
        await sfu.bridges[gone].close()
        both.tasks[[bridge.id for bridge in both.bridges].index(gone)].cancel()
        await both.until(lambda: len(sfu.taps) == 2 and gone not in {tap.bridge for tap in sfu.taps.values()})
