"""Keeps an eye on broker and workers, for the degradation ladder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec
import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from app.media.policy.config import LadderConfig
from app.media.policy.ladder import Conditions
from tasks.wire import keys
from tasks.wire.messages import Heartbeat
from tasks.wire.queues import workers
from tasks.wire.waiting import Waits

REDIS_TIMEOUT_SECONDS: Final = 0.8
"""Time one look at Redis may take before Redis counts as gone."""

log = structlog.get_logger(__name__)


class Pulse:
    """Heartbeats in the bridge's own time: a worker on a host whose clock is wrong is not taken for dead."""

    def __init__(self, keep: float = 2 * keys.HEARTBEAT_EVERY) -> None:
        """`keep`: seconds for which one counts that is not found any more.

        A full Redis gives up what expires soonest; a worker that says good-bye is gone as soon all the same.
        """
        self._keep = keep
        self._seen: dict[str, tuple[Heartbeat, float]] = {}  # worker → the newest, when we first saw it

    def notice(self, beats: list[Heartbeat], now: float) -> list[Heartbeat]:
        """The heartbeats with `at` set to when each was first seen."""
        before = self._seen
        seen = {worker: (beat, first) for worker, (beat, first) in before.items() if now - first <= self._keep}
        for beat in beats:
            known, first = before.get(beat.worker, (None, now))
            seen[beat.worker] = (beat, first if known is not None and known.at == beat.at else now)
        self._seen = seen
        return [msgspec.structs.replace(beat, at=first) for beat, first in seen.values()]


class Watch:
    """Looks every `poll_every` seconds. Run `run` as a task."""

    def __init__(self, client: aioredis.Redis, waits: Waits, config: LadderConfig, on_look: Callable[[], None]) -> None:
        self.conditions = Conditions(broker_ok=False, heartbeats=[], ages={})
        """As of the last look."""
        self._redis = client
        self._waits = waits
        self._config = config
        self._on_look = on_look
        self._pulse = Pulse()

    async def run(self) -> None:
        """Looks for ever, and calls `on_look` after each look."""
        while True:
            self.conditions = await self._look()
            self._on_look()
            await asyncio.sleep(self._config.poll_every)

    async def _look(self) -> Conditions:
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                beats = await workers(self._redis)
                ages = {queue: (await self._waits.of(queue)).age for queue in keys.LIVE_QUEUES}
                own = [(await self._waits.of(keys.own_queue(beat.worker))).age for beat in beats if beat.streams]
                ages["stt"] = max((age for age in [ages["stt"], *own] if age is not None), default=None)
        except (RedisError, OSError, TimeoutError) as error:
            if self.conditions.broker_ok:
                log.warning("Redis or the broker does not answer: original voices only", error=str(error))
            return Conditions(broker_ok=False, heartbeats=[], ages={})
        return Conditions(True, self._pulse.notice(beats, time.time()), ages)
