"""The pages of workers and queues, and of what is stored."""

from __future__ import annotations

import time
from typing import Any, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from redis.exceptions import RedisError

from app.admin.access import OperatorRequest
from app.admin.charts import Chart, Values, chart
from app.admin.pages import page
from app.admin.services import AdminServices
from app.health.monitor import Monitor
from app.health.trend import Kind, Point
from tasks.wire import keys, queues
from tasks.wire.waiting import Waiting

Services = NamedDependency[AdminServices]
LAGS: Final[tuple[Kind, ...]] = ("source", "translation", "voice")


@get("/workers")
async def workers_page(request: OperatorRequest, admin: Services, monitor: NamedDependency[Monitor]) -> Template:
    """Who works, what waits, and how late captions and voices were in the last hour."""
    return page(request, "workers", "workers", **await _now(admin, monitor))


@get("/workers/now")
async def workers_now(request: OperatorRequest, admin: Services, monitor: NamedDependency[Monitor]) -> Template:
    """The same as a part that is fetched every few seconds."""
    return page(request, "partials/workers", "workers", **await _now(admin, monitor))


@get("/storage")
async def storage_page(request: OperatorRequest, admin: Services) -> Template:
    """How much there is in the database, Redis, the folders and on the disks."""
    stored = await admin.storage.look()
    try:
        survey = await admin.workers.survey()
    except (RedisError, OSError):
        survey = None
    return page(request, "storage", "storage", stored=stored, survey=survey)


async def _now(admin: AdminServices, monitor: Monitor) -> dict[str, Any]:
    now, points = time.time(), monitor.trend.points()
    waiting: dict[str, Waiting] = {}
    try:
        beats = await queues.workers(admin.redis)
        for queue in keys.QUEUES:
            waiting[queue] = await admin.waits.of(queue)
    except (RedisError, OSError):
        beats, waiting = None, {}
    return {
        "beats": sorted(beats, key=lambda beat: beat.worker) if beats is not None else None,
        "now": now,
        "waiting": waiting,
        "charts": {kind: _lag(points, kind, now) for kind in LAGS},
        "depths": _depths(points, now),
    }


def _lag(points: list[Point], kind: Kind, now: float) -> Chart:
    found = [(point.at, point.lag[kind]) for point in points if kind in point.lag]
    p50: Values = [(at, lag.p50) for at, lag in found]
    p95: Values = [(at, lag.p95) for at, lag in found]
    return chart({"p50": p50, "p95": p95}, now)


def _depths(points: list[Point], now: float) -> Chart:
    waiting: Values = [(point.at, float(sum(point.depth.values()))) for point in points if point.workers is not None]
    oldest: Values = [(point.at, max(point.age.values(), default=0.0)) for point in points if point.workers is not None]
    return chart({"p50": waiting, "p95": oldest}, now)
