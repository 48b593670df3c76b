"""What is kept of calls, on its way to `web`: the Opus packets of those who have agreed, and of their dubs."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

import numpy as np
import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from app.media.audio.opus import STEP
from app.media.audio.tap import Sounding
from app.media.bridge.metrics import Metrics
from app.media.policy.room import Dub, Keeping, Room
from tasks.wire import keys, memory
from tasks.wire.kept import LONGEST, STEPS, STEPS_A_PEAK, Cue, KeptChunk, KeptPacket, pack

FLUSH_SECONDS: Final = 3.0
"""Between two chunks of a track: what is lost at most where a bridge dies."""
REDIS_TIMEOUT: Final = 1.0
CLOSE_SECONDS: Final = 0.5
"""Time that passing on the rest may take when the bridge stops."""
WAITING_MOST: Final = 200
"""Chunks of all calls that wait here while Redis or `web` is away, some 12 kB each; the oldest is lost then."""
DRIFT: Final = STEPS // 4
"""Steps by which a sender's clock may leave ours before its packets are placed anew."""
ANOTHER_VERSION: Final = 10.0
"""Seconds of silence of one version of a dub after which another one is kept in its place."""

log = structlog.get_logger(__name__)


class TrackKey(NamedTuple):
    """What there is one kept track of."""

    room: str
    call: str
    speaker: str
    language: str
    """Of the dub; empty: their own voice."""


class _Track:
    """One track, as far as it has not been passed on."""

    def __init__(self) -> None:
        self.version: Dub | None = None
        """Of a dub there can be several versions at once, of which one is kept."""
        self.heard = 0.0
        """When a packet of it came last, on the monotonic clock."""
        self.lost = 0.0
        self._packets: list[KeptPacket] = []
        self._peaks: dict[int, int] = {}
        self._cues: list[Cue] = []
        self._anchor: tuple[int, int] | None = None  # a position of the sender, and its step in the call
        self._end = 0

    def add(self, packet: Sounding, since: float, said: float | None) -> None:
        """Takes a packet, placed by its sender's clock as long as that agrees with ours."""
        length = len(packet.samples) // STEP
        now = round((packet.time - since) * STEPS)
        if not 1 <= length <= LONGEST or now < 0:
            return
        if self._anchor is None or abs(self._step(self._anchor, packet.position) - now) > DRIFT:
            self._anchor = packet.position, max(self._end, now)
        at = self._step(self._anchor, packet.position)
        if at < self._end:
            return
        self._end = at + length
        words = None if said is None else int((said - since) * STEPS)
        self._packets.append(KeptPacket(at, length, packet.data, words))
        peak = min(255, int(np.abs(packet.samples.astype(np.int32)).max()) >> 7)
        place = at // STEPS_A_PEAK
        self._peaks[place] = max(peak, self._peaks.get(place, 0))

    def cue(self, segment: str, step: int) -> None:
        """A dub of a sentence begins."""
        self._cues.append(Cue(segment, max(0, step)))

    def take(self, key: TrackKey) -> KeptChunk | None:
        """What has come since the last time; None: nothing."""
        if not self._packets:
            return None
        first, last = min(self._peaks), max(self._peaks)
        chunk = KeptChunk(
            **key._asdict(),
            packets=self._packets,
            peaks_from=first,
            peaks=bytes(self._peaks.get(place, 0) for place in range(first, last + 1)),
            cues=self._cues,
            lost=self.lost,
        )
        self._packets, self._peaks, self._cues, self.lost = [], {}, [], 0.0
        return chunk

    @staticmethod
    def _step(anchor: tuple[int, int], position: int) -> int:
        return anchor[1] + (position - anchor[0]) // STEP


class Keeper:
    """What one bridge keeps. Run `run` as a task."""

    def __init__(
        self, redis: aioredis.Redis, rooms: Mapping[str, Room], fence: Callable[[str], int], metrics: Metrics
    ) -> None:
        """`fence` says which of `rooms` are this bridge's: not 0."""
        self._redis = redis
        self._rooms = rooms
        self._fence = fence
        self._metrics = metrics
        self._tracks: dict[TrackKey, _Track] = {}
        self._waiting: deque[KeptChunk] = deque()

    def keep(
        self, room: str, speaker: str, packet: Sounding, version: Dub | None = None, said: float | None = None
    ) -> None:
        """Keeps a packet of somebody's voice, or of a version of its dub, if the call is kept and they have agreed.

        A dub sounds seconds after what it translates was `said` (since the epoch), which may be before they agreed:
        `web`, which knows when that was, refuses it then.
        """
        keeping = self._kept(room, speaker)
        if keeping is None or (said is not None and said < keeping.since):
            return
        key = TrackKey(room, keeping.call, speaker, version.language if version else "")
        track = self._tracks.setdefault(key, _Track())
        now = time.monotonic()
        if track.version != version and track.version is not None and now - track.heard < ANOTHER_VERSION:
            return
        track.version, track.heard = version, now
        track.add(packet, keeping.since, said)

    def cue(self, room: str, speaker: str, version: Dub, segment: str, now: float) -> None:
        """A version of a dub begins with the sentence `segment`."""
        keeping = self._kept(room, speaker)
        if keeping is None:
            return
        key = TrackKey(room, keeping.call, speaker, version.language)
        track = self._tracks.setdefault(key, _Track())
        if track.version in (None, version):
            track.cue(segment, round((now - keeping.since) * STEPS))

    async def run(self) -> None:
        """Passes on what has come, for ever."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Passes on what has come so far, and says which calls are being kept."""
        self._gather()
        try:
            async with asyncio.timeout(REDIS_TIMEOUT):
                for name, room in list(self._rooms.items()):
                    if room.keeping and self._fence(name):
                        await self._redis.set(keys.kept_alive(room.keeping.call), b"1", ex=keys.KEPT_ALIVE_TTL)
                await self._send()
        except (RedisError, OSError, TimeoutError) as error:
            log.debug("what is kept cannot be passed on now", error=str(error))

    async def close(self) -> None:
        """Passes on the rest, if that is quickly done."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.flush()

    async def _send(self) -> None:
        if not self._waiting:
            return
        await memory.need_room(self._redis, keys.KEPT)
        while self._waiting and await self._redis.xlen(keys.KEPT) < keys.KEPT_MOST:
            chunk = self._waiting[0]
            await self._redis.xadd(keys.KEPT, {"c": pack(chunk)})
            if self._waiting and self._waiting[0] is chunk:
                self._waiting.popleft()

    def _gather(self) -> None:
        for key, track in list(self._tracks.items()):
            if chunk := track.take(key):
                self._waiting.append(chunk)
            elif (keeping := self._kept(key.room, key.speaker)) is None or keeping.call != key.call:
                del self._tracks[key]
        while len(self._waiting) > WAITING_MOST:
            gone = self._waiting.popleft()
            seconds = sum(packet.length for packet in gone.packets) / STEPS
            self._metrics.dropped.labels("kept", "broker_gone").inc()
            log.warning("kept.lost", room=gone.room, seconds=round(seconds, 1))
            if its := self._tracks.get(TrackKey(gone.room, gone.call, gone.speaker, gone.language)):
                its.lost += seconds + gone.lost

    def _kept(self, room: str, speaker: str) -> Keeping | None:
        found = self._rooms.get(room)
        if found is None or found.keeping is None:
            return None
        # Who interprets says the words of others, which are theirs to give.
        whose = {speaker} | found.interpreted_by(speaker)
        return found.keeping if whose <= set(found.keeping.people) else None
