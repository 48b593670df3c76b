"""A tapped speaker that is to end while what it sends is in the way."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from app.auth.tokens import ParticipantMeta
from app.media.audio.config import SegmenterConfig
from app.media.bridge.floor import Floor
from app.media.bridge.speakers import Speaker
from app.media.bridge.supervisor import Supervisor
from app.media.policy.room import Room


class Sfu:
    """Lets everybody tap."""

    connected = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def request(self, method: str, _data: object, _answer: object) -> object:
        self.asked.append(method)
        return SimpleNamespace(tap_id="t", ssrc=1, payload_type=100)


class Stubborn:
    """An outbox that takes its first cancellation for an error of Redis, as redis-py may have it look."""

    def __init__(self) -> None:
        self.running = asyncio.Event()
        self.drained = False

    async def run(self) -> None:
        try:
            self.running.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    async def drain(self) -> None:
        self.drained = True


async def test_a_speaker_ends_though_its_outbox_swallows_a_cancellation() -> None:
    sfu, outbox = Sfu(), Stubborn()
    config = SimpleNamespace(segmenter=SegmenterConfig())
    services = SimpleNamespace(
        config=config, sfu=sfu, redis=None, send=None, listeners=None, metrics=None, fence=lambda _room: 1
    )
    room = Room("r", people={"ana": ParticipantMeta(name="Ana", speak="pt", read="pt", hear="pt")})
    producer = SimpleNamespace(participant="ana", producer_id="p")
    parts: list[Any] = [services, room, producer, 0, None, SimpleNamespace(on_dropped=None, floor=Floor())]
    speaker = Speaker(*parts)
    speaker._outbox = cast("Any", outbox)
    members: Supervisor[str, Speaker] = Supervisor()
    members.start("p", lambda: speaker)
    async with asyncio.timeout(10):
        await outbox.running.wait()
        while not speaker.tapped:  # noqa: ASYNC110 - a few steps of the loop
            await asyncio.sleep(0)
        members.stop("p")
        began = asyncio.get_running_loop().time()
        await members.wait_stopped(2.5)
    assert asyncio.get_running_loop().time() - began < 2.5, "before it would be cancelled once more"
    assert (sfu.asked, outbox.drained) == (["tap", "untap"], True)
