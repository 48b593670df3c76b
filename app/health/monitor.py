"""Looks at queues, workers, Redis and the other dependencies every ten seconds, for `/metrics` and for the trend."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.captions.metrics import TOTAL
from app.health import metrics
from app.health.checks import Checks
from app.health.trend import SAMPLE_SECONDS, Buckets, Kind, Sample, Trend, buckets_of
from app.settings.backup import LAST_BACKUP
from app.settings.web import WebSettings
from tasks.wire import keys, queues, redis_client
from tasks.wire.messages import Heartbeat
from tasks.wire.waiting import Waits

STATES: Final = {"ok": 2, "degraded": 1, "down": 0}


class Monitor:
    """Run `run` as a task."""

    def __init__(self, settings: WebSettings, redis: Redis, waits: Waits, checks: Checks) -> None:
        self.trend = Trend()
        """The last hour."""
        self._settings = settings
        self._redis = redis
        self._waits = waits
        self._checks = checks

    async def run(self) -> None:
        """Look for ever."""
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            while True:
                await self.look(client)
                await asyncio.sleep(SAMPLE_SECONDS)

    async def look(self, client: httpx.AsyncClient) -> None:
        """Look once; what does not answer is noted as such."""
        metrics.BACKUP.set(last_backup(self._settings.backup.metrics))
        for name, check in (await self._checks.run()).items():
            metrics.DEPENDENCY.labels(name).set(STATES[check.state])
        lag: dict[Kind, Buckets] = {
            "source": buckets_of(TOTAL.collect(), "jbc_caption_lag_seconds", kind="source"),
            "translation": buckets_of(TOTAL.collect(), "jbc_caption_lag_seconds", kind="translation"),
            "voice": await self._voice(client),
        }
        beats, depth, age = await self._broker()
        workers = None if beats is None else len(beats)
        self.trend.add(Sample(at=time.time(), workers=workers, depth=depth, age=age, lag=lag))

    async def _broker(self) -> tuple[list[Heartbeat] | None, dict[str, int], dict[str, float]]:
        try:
            beats = await queues.workers(self._redis)
            waiting = {queue: await self._waits.of(queue) for queue in keys.QUEUES}
            depth = {queue: found.depth for queue, found in waiting.items()}
            age = {queue: found.age or 0.0 for queue, found in waiting.items()}
            metrics.UNSTORED.set(await self._checks.unstored())
            _note_redis(await redis_client.info(self._redis))
        except (RedisError, OSError):  # `jbc_dependency_state` says so
            _note_broker(None, {}, {})
            return None, {}, {}
        _note_broker(beats, depth, age)
        return beats, depth, age

    async def _voice(self, client: httpx.AsyncClient) -> Buckets:
        try:
            answer = await client.get(f"http://127.0.0.1:{self._settings.bridge_port}/metrics")
        except httpx.HTTPError:  # `jbc_dependency_state` says so
            return {}
        return buckets_of(text_string_to_metric_families(answer.text), "jbc_lag_seconds", stage="total")


def _note_broker(beats: list[Heartbeat] | None, depth: dict[str, int], age: dict[str, float]) -> None:
    metrics.WORKERS.set(math.nan if beats is None else len(beats))
    for queue in keys.QUEUES:
        metrics.SERVING.labels(queue).set(math.nan if beats is None else sum(queue in beat.queues for beat in beats))
        metrics.DEPTH.labels(queue).set(depth.get(queue, math.nan))
        metrics.AGE.labels(queue).set(age.get(queue, math.nan))


def _note_redis(info: dict[str, Any]) -> None:
    metrics.REDIS_MEMORY.set(info["used_memory"])
    metrics.REDIS_LIMIT.set(info["maxmemory"])
    metrics.REDIS_EVICTED.set(info["evicted_keys"])
    metrics.REDIS_UPTIME.set(info["uptime_in_seconds"])
    metrics.REDIS_CLIENTS.set(info["connected_clients"])


def last_backup(figures: Path) -> float:
    """When the last backup was proven, epoch seconds, from what `jbcalling backup` noted; 0: never."""
    if not figures.exists():
        return 0.0
    families = text_string_to_metric_families(figures.read_text())
    return next((family.samples[0].value for family in families if family.name == LAST_BACKUP), 0.0)
