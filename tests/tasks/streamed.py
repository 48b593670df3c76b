"""Speech offered as streams, as the bridge does it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import dramatiq

from tasks.wire import streams
from tasks.wire.messages import STT_RATE, Segment, Timeline
from tasks.wire.queues import enqueue, listen_by
from tasks.wire.redis_client import connect_async
from tests.tasks.messages import segment

STEP_SECONDS = 0.4


def asks(pcm: bytes, name: str = "room.lan.0", **changes: Any) -> Iterator[Segment]:  # noqa: ANN401
    """What is asked of Vietnamese speech while it grows, and when it has ended just now."""
    fields: dict[str, Any] = {"language": "vi", "speaker": "lan", "read": [], "hear": [], **changes}
    samples, step = len(pcm) // 2, round(STEP_SECONDS * STT_RATE)
    ends = [*range(step, samples, step), samples]
    began = time.time() - samples / STT_RATE
    for revision, end in enumerate(ends):
        paused, now = end == samples, began + end / STT_RATE
        timeline = Timeline(speech_start=began, speech_end=now, closed=now)
        yield segment(name, final=False, paused=paused, revision=revision, samples=end, timeline=timeline, **fields)
    yield segment(name, revision=len(ends) - 1, samples=samples, timeline=timeline, **fields)


class Offering:
    """Offers one utterance piece by piece."""

    def __init__(self, url: str, pcm: bytes, owner: str, broker: dramatiq.Broker) -> None:
        self._url = url
        self._pcm = pcm
        self._owner = owner
        self._broker = broker
        self._stored = 0

    def offer(self, ask: Segment) -> str:
        """One ask; whose it is."""
        owner = asyncio.run(self._offer(ask))
        self._stored = ask.samples
        return owner

    def send(self, ask: Segment) -> str:
        """One ask, and the message to its owner."""
        owner = self.offer(ask)
        enqueue(self._broker, listen_by(owner), ask)
        return owner

    async def _offer(self, ask: Segment) -> str:
        async with connect_async(self._url) as client:
            pcm = self._pcm[2 * self._stored : 2 * ask.samples]
            answer = await streams.offer(client, ask, pcm, self._stored, self._owner)
        assert isinstance(answer, str)
        return answer
