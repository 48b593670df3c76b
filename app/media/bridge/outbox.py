"""Sends segments to the workers: audio into Redis, then the actor message, in order per speaker.

What is heard as a stream is added to the sound that is there, and asked of the worker that hears it. Otherwise any
worker that comes first is asked, once the segment has closed.

Finals are kept while Redis is away, or has no room for audio, up to `BUFFER_SECONDS` of audio per speaker. Interims are
worth nothing later: the newest waits, and none while Redis is away.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from app.media.bridge.metrics import Metrics
from tasks.wire import keys, memory, streams
from tasks.wire.messages import STT_RATE, Segment
from tasks.wire.queues import TRANSCRIBE, Work, listen_by
from tasks.wire.streams import SAMPLE_BYTES

BUFFER_SECONDS: Final = 60.0
"""Audio per speaker that is kept while Redis is away."""

RETRY_SECONDS: Final = (0.1, 1.0)
"""Time before the first and before each later try."""

FAILURES: Final = (RedisError, OSError)
"""What sending raises when Redis or the broker is away or in trouble."""

log = structlog.get_logger(__name__)


class _Sound:
    """What has come of a segment's sound, kept until the segment is sent: Redis may lose what it had."""

    def __init__(self, segment: str) -> None:
        self.segment = segment
        self._pcm = bytearray()

    def add(self, pcm: bytes, offset: int) -> None:
        """The sound from sample `offset` on; what was said before there was a place for it is silence."""
        self._pcm.extend(bytes(max(0, offset * SAMPLE_BYTES - len(self._pcm))))
        self._pcm[offset * SAMPLE_BYTES :] = pcm

    def between(self, first: int, end: int) -> bytes:
        """The samples from `first` to before `end`; none where that is earlier."""
        return bytes(memoryview(self._pcm)[first * SAMPLE_BYTES : end * SAMPLE_BYTES])


class _Item(NamedTuple):
    segment: Segment
    sound: _Sound
    owner: str | None


class Outbox:
    """One speaker's way out. Run `run` as a task."""

    def __init__(
        self,
        client: aioredis.Redis,
        send: Callable[[Work[Segment], Segment], object],
        metrics: Metrics,
        on_dropped: Callable[[Segment], None],
    ) -> None:
        """Writes through `client`; `send` asks workers, and blocks; finals given up on go to `on_dropped`."""
        self._redis = client
        self._send = send
        self._metrics = metrics
        self._on_dropped = on_dropped
        self._finals: deque[_Item] = deque()
        self._interim: _Item | None = None
        self._newest = _Sound("")
        self._work = asyncio.Event()
        self.away = False
        """Whether the last final could not be sent yet."""
        self._added = ("", 0)  # of the newest stream: segment and samples in Redis

    def put(self, segment: Segment, pcm: bytes, offset: int = 0, *, owner: str | None = None) -> None:
        """Takes a segment to be sent; never blocks.

        Args:
            segment: the ask.
            pcm: its audio from sample `offset` on, s16le at `STT_RATE`.
            offset: samples that asks of the segment have brought before.
            owner: the worker that hears it as a stream, if nobody does yet; None: it is not heard as one, and asked
                about when it has closed.
        """
        if self._newest.segment != segment.id:
            self._newest = _Sound(segment.id)
        sound = self._newest
        sound.add(pcm, offset)
        if segment.final:
            if self._interim is not None and self._interim.segment.id == segment.id:
                self._drop_interim("superseded")
            self._finals.append(_Item(segment, sound, owner))
            self._trim()
        elif owner is None:
            return
        elif self.away:
            self._metrics.dropped.labels("interim", "broker_gone").inc()
            return
        else:
            if self._interim is not None:
                self._drop_interim("superseded")
            self._interim = _Item(segment, sound, owner)
        self._work.set()

    async def run(self) -> None:
        """Sends for ever."""
        while True:
            await self._work.wait()
            while self._finals:
                await self._send_final(self._finals[0])
            if self._interim is not None:
                item, self._interim = self._interim, None
                await self._send_interim(item)
            if not self._finals and self._interim is None:
                self._work.clear()

    async def drain(self) -> None:
        """Sends the finals still waiting; gives up on all at the first failure, or when cancelled."""
        try:
            while self._finals and await self._attempt(item := self._finals[0]):
                self._sent(item)
        finally:
            while self._finals:
                self._give_up(self._finals.popleft(), "broker_gone")

    async def _send_final(self, item: _Item) -> None:
        """Sends a final, waiting for Redis as long as the item is kept."""
        wait = RETRY_SECONDS[0]
        while self._finals and self._finals[0] is item:
            if await self._attempt(item):
                self._sent(item)
                self.away = False
                return
            if not self.away:
                self.away = True
                log.warning(
                    "Redis takes no segments: keeping them", speaker=item.segment.speaker, seconds=BUFFER_SECONDS
                )
            await asyncio.sleep(wait)
            wait = RETRY_SECONDS[1]

    def _sent(self, item: _Item) -> None:
        """Takes a final out that has been sent, unless it has gone already: `run` and `drain` may send the same one."""
        if self._finals and self._finals[0] is item:
            self._finals.popleft()
            self._metrics.segments.inc()
            waited = round(1000 * (time.time() - item.segment.timeline.closed))
            log.info("segment.sent", segment=item.segment.id, room=item.segment.room, after_ms=waited)

    async def _send_interim(self, item: _Item) -> None:
        if await self._attempt(item):
            self._metrics.hypotheses.inc()
        else:
            self._metrics.dropped.labels("interim", "broker_gone").inc()

    async def _attempt(self, item: _Item) -> bool:
        try:
            segment = item.segment
            sound = keys.sound(segment.id) if item.owner else keys.pcm(segment.id, segment.revision)
            await memory.need_room(self._redis, sound)
            if item.owner is None:
                await self._write(item)
            else:
                await self._stream(item, item.owner)
        except FAILURES as error:
            log.debug("sending a segment failed", segment=item.segment.id, error=str(error))
            return False
        return True

    async def _write(self, item: _Item) -> None:
        segment = item.segment
        pcm = item.sound.between(0, segment.samples)
        await self._redis.set(keys.pcm(segment.id, segment.revision), pcm, ex=keys.PCM_TTL)
        await asyncio.to_thread(self._send, TRANSCRIBE, segment)

    async def _stream(self, item: _Item, owner: str) -> None:
        segment = item.segment
        before, stored = self._added
        if before != segment.id:
            stored = 0
        answer: str | int = stored
        while isinstance(answer, int):  # Redis may have lost some: all that there is is here
            first = answer
            answer = await streams.offer(self._redis, segment, item.sound.between(first, segment.samples), first, owner)
        self._added = (segment.id, max(stored, segment.samples))
        await asyncio.to_thread(self._send, listen_by(answer), segment)

    def _trim(self) -> None:
        """Drops the oldest finals beyond `BUFFER_SECONDS`, never the newest."""
        while len(self._finals) > 1 and sum(item.segment.samples for item in self._finals) > BUFFER_SECONDS * STT_RATE:
            self._give_up(self._finals.popleft(), "buffer_full")

    def _give_up(self, item: _Item, reason: str) -> None:
        log.warning("segment.lost", segment=item.segment.id, room=item.segment.room, reason=reason)
        self._metrics.dropped.labels("segment", reason).inc()
        self._on_dropped(item.segment)

    def _drop_interim(self, reason: str) -> None:
        self._interim = None
        self._metrics.dropped.labels("interim", reason).inc()
