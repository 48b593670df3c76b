"""The last hour's figures: what is drawn without Grafana, and told to Prometheus."""

from __future__ import annotations

import asyncio
import json
import math
import time

import pytest
import redis

from app.health.trend import MAX_POINTS, SAMPLE_SECONDS, Buckets, Lag, Point, Sample, Trend
from app.settings.web import WebSettings
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode
from tests.support.feeds import live
from tests.web.test_ready import browser_of


def sample(at: float, buckets: Buckets) -> Sample:
    return Sample(at=at, workers=1, depth={"stt": 0}, age={"stt": 0.0}, lag={"source": buckets})


def counts(under_1: float, under_2: float, more: float = 0) -> Buckets:
    return {1.0: under_1, 2.0: under_1 + under_2, math.inf: under_1 + under_2 + more}


def shown(point: Point) -> tuple[float, float, int]:
    lag = point.lag["source"]
    return round(lag.p50, 3), round(lag.p95, 3), lag.count


def test_percentiles_are_of_the_last_minute_and_survive_a_restart_of_what_counts() -> None:
    trend = Trend()
    trend.add(sample(0, counts(100, 0)))
    assert trend.points() == []
    trend.add(sample(SAMPLE_SECONDS, counts(110, 10)))
    trend.add(sample(7 * SAMPLE_SECONDS, counts(110, 30)))
    trend.add(sample(8 * SAMPLE_SECONDS, counts(0, 4)))  # the process began to count anew
    trend.add(sample(9 * SAMPLE_SECONDS, counts(0, 4)))
    assert [shown(point) for point in trend.points()] == [(1, 1.9, 20), (1.5, 1.95, 20), (1.5, 1.95, 4), (1.5, 1.95, 4)]


def test_what_is_later_than_the_last_bound_counts_as_that_bound_and_silence_as_nothing() -> None:
    trend = Trend()
    for n in range(3):
        trend.add(sample(n * SAMPLE_SECONDS, counts(0, 0, more=min(n, 1))))
    late, _ = trend.points()
    assert late.lag["source"] == Lag(p50=2.0, p95=2.0, count=1)
    for n in range(3, MAX_POINTS + 50):
        trend.add(sample(n * SAMPLE_SECONDS, counts(0, 0, more=1)))
    points = trend.points()
    assert len(points) == MAX_POINTS - 1
    assert points[-1].lag == {}


async def test_the_monitor_tells_prometheus_who_works_how_long_work_waits_and_when_a_backup_was_made(
    settings: WebSettings, broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = Heartbeat(worker="one", at=time.time(), queues=["stt"], stt=["en"], translate=[], speak=[])
    broker.set(keys.heartbeat("one"), encode(beat))
    for number in ("1", "2"):
        message = json.dumps({"message_timestamp": (time.time() - 5) * 1000})
        broker.rpush("dramatiq:stt", number)
        broker.hset("dramatiq:stt.msgs", number, message)
    figures = settings.var_dir / "backup.prom"
    figures.write_text(
        "# TYPE jbc_backup_last_success_timestamp_seconds gauge\njbc_backup_last_success_timestamp_seconds 1.7e+09\n"
    )
    monkeypatch.setenv("BACKUP_METRICS", str(figures))
    async with browser_of(settings) as browser:
        await live(browser)
        async with asyncio.timeout(10):
            while 'jbc_queue_depth{queue="stt"} 2.0' not in (text := (await browser.get("/metrics")).text):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(found["jbc_workers"]) == 1
    assert float(found['jbc_workers_serving{queue="stt"}']) == 1
    assert float(found['jbc_workers_serving{queue="speak"}']) == 0
    assert float(found['jbc_queue_depth{queue="stt"}']) == 2
    assert 5 <= float(found['jbc_queue_age_seconds{queue="stt"}']) < 60
    assert float(found['jbc_queue_age_seconds{queue="speak"}']) == 0
    assert float(found['jbc_dependency_state{dependency="database"}']) == 2
    assert float(found['jbc_dependency_state{dependency="sfu"}']) == 0
    assert float(found["jbc_redis_memory_bytes"]) > 100_000
    assert float(found["jbc_backup_last_success_timestamp_seconds"]) == 1_700_000_000
