"""What the edge depends on, how it is doing, and what to do where it fails."""

from __future__ import annotations

import asyncio
import math
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app import faults, migrate
from app.captions import event_ids, stream
from app.captions.history import History
from app.captions.hub import Hub
from app.captions.store import CaptionStore
from app.rooms.placing import Places
from app.settings.web import WebSettings
from app.web.assets import Assets
from tasks.wire import keys, queues
from tasks.wire.addresses import authority
from tasks.wire.messages import Heartbeat
from tasks.wire.queues import TRANSCRIBE
from tasks.wire.waiting import Waits

State = Literal["ok", "degraded", "down"]
MIN_DISK_MB: Final = 50.0
"""Megabytes left on SQLite's disk below which somebody should make room."""
PROBE_MS: Final = 1_000
"""Milliseconds for which Redis keeps what shows that it can be written to."""
CHECK_SECONDS: Final = 2.0
"""Seconds that one dependency may take to answer."""
STORE_LAG_SECONDS: Final = 10.0
"""Seconds after which captions that are not yet in the database are worth a warning."""


@dataclass(frozen=True)
class Check:
    """One dependency."""

    state: State
    detail: str
    action: str = ""
    """What to do; empty where nothing needs to be done."""
    more: dict[str, Any] = field(default_factory=dict)


class Checks:
    """Asks every dependency at once."""

    def __init__(
        self,
        settings: WebSettings,
        engine: AsyncEngine,
        redis: Redis,
        waits: Waits,
        hub: Hub,
        history: History,
        store: CaptionStore,
        places: Places,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._redis = redis
        self._waits = waits
        self._hub = hub
        self._history = history
        self._store = store
        self._places = places
        self._assets = Assets()

    async def run(self) -> dict[str, Check]:
        """Dependency → how it is; never raises."""
        checks: dict[str, Callable[[], Awaitable[Check]]] = {
            "database": self._database,
            "redis": self._broker,
            "sfu": self._sfu,
            "bridge": self._bridge,
            "workers": self._workers,
            "captions": self._captions,
            "pages": self._pages,
        }
        if self._settings.tasks.broker_url:
            checks["rabbitmq"] = self._rabbitmq
        results = await asyncio.gather(*(_within(check()) for check in checks.values()))
        return dict(zip(checks, results, strict=True))

    async def _database(self) -> Check:
        try:
            present = await migrate.present(self._engine)
        except (SQLAlchemyError, OSError) as error:
            fault = faults.of_database(error)
            return Check("down", f"{fault.detail} ({_reason(error)})", fault.action)
        wanted = await asyncio.to_thread(migrate.newest)
        if present != wanted:
            return Check("down", f"the schema is {present or 'missing'}, not {wanted}", "Run `alembic upgrade head`.")
        if (left := await asyncio.to_thread(self._disk_left)) < MIN_DISK_MB:
            action = f"Free space on the disk of {self._settings.var_dir}: captions wait in Redis meanwhile."
            return Check("degraded", f"its disk has {left:.0f} MB left", action)
        return Check("ok", f"answers, schema {present}")

    def _disk_left(self) -> float:
        """Megabytes free where SQLite's file is; without end where a server keeps the database."""
        if self._engine.dialect.name != "sqlite":
            return math.inf
        return shutil.disk_usage(Path(self._engine.url.database or ".").parent).free / 1e6

    async def _broker(self) -> Check:
        if fault := await self._redis_fault():
            return Check("down", fault.detail, f"{fault.action} Calls go on with the original voices.")
        if not self._hub.live:
            return Check("degraded", "answers, live captions are not yet connected", "Wait: it reconnects on its own.")
        return Check("ok", "answers, live captions flow")

    async def _redis_fault(self) -> faults.Fault | None:
        """What keeps Redis from doing its work: one that is full still answers, but takes no heartbeat and no word."""
        try:
            await self._redis.set(keys.READY, "1", px=PROBE_MS)
        except (RedisError, OSError) as error:
            return faults.of_redis(error)
        return None

    async def _rabbitmq(self) -> Check:
        try:
            await self._waits.of(TRANSCRIBE.queue)
        except OSError as error:
            action = "Start RabbitMQ, or check BROKER_URL. Calls go on with the original voices and no captions."
            return Check("down", f"cannot be reached: {error}", action)
        return Check("ok", "answers")

    async def _sfu(self) -> Check:
        action = "Start the `sfu` process: nobody can hear anybody without it."
        own = await _http(self._settings.sfu_address, self._settings.sfu_port, action)
        if own.state == "ok" and (gone := self._places.gone):
            action = "Start the `sfu` process there, or that machine: its rooms are on the others meanwhile."
            return Check("degraded", f"answers here, and not at {', '.join(gone)}", action)
        return own

    async def _bridge(self) -> Check:
        action = "Start the `bridge` process. Calls go on with the original voices and no captions."
        return await _http("127.0.0.1", self._settings.bridge_port, action)

    async def _workers(self) -> Check:
        action = "Start the `worker` process. Calls go on with the original voices and no captions."
        try:
            beats = await queues.workers(self._redis)
        except (RedisError, OSError) as error:
            return Check("down", f"cannot be queried: {_reason(error)}", "See redis.")
        if not beats and (fault := await self._redis_fault()):
            return Check("down", f"cannot be told: Redis {fault.detail}", "See redis: workers report through it.")
        if not beats:
            return Check("down", "no worker answers", action)
        remedy = (
            "Start a worker without --queues, or with stt, translate and speak among them; if it has no models, "
            "`jbcalling models install --default`."
        )
        serves = {"workers": len(beats), **_for_calls(beats)}
        missing = [queue for queue in ("stt", "translate", "speak") if not serves[queue]]
        if missing and {*missing} <= {queue for beat in beats for queue in beat.loading}:
            return Check(
                "degraded", f"a worker is loading what serves {' and '.join(missing)}", "Wait a moment.", serves
            )
        if missing:
            return Check("degraded", f"{len(beats)} answering, none serves {' or '.join(missing)}", remedy, serves)
        return Check("ok", f"{len(beats)} answering", more=serves)

    async def _captions(self) -> Check:
        state = self._store.state
        action = "See the dependency named; captions are kept in Redis meanwhile and stored when it is back."
        if not state.working:
            return Check("degraded", f"finals are not being stored: {state.problem}", action)
        try:
            behind = await self.unstored()
        except (RedisError, OSError) as error:
            return Check("degraded", f"cannot be queried: {_reason(error)}", action)
        more = {"lag_seconds": round(behind, 1)}
        if behind > STORE_LAG_SECONDS:
            return Check("degraded", f"the oldest final not yet stored waits {behind:.0f} s", action, more)
        return Check("ok", "finals are stored", more=more)

    async def unstored(self) -> float:
        """Seconds that the oldest final caption waits which is not yet in the database.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        start = await self._history.unstored_from()
        if start is None:
            return 0.0
        async for stream_id, _ in stream.entries(self._redis, start, page=1):
            return max(0.0, time.time() - event_ids.moment(stream_id.decode()))
        return 0.0

    async def _pages(self) -> Check:
        if self._assets.missing("dist/call.js"):
            return Check("degraded", "the call page's script is not built", "Run `npm ci && npm run build` in static/.")
        return Check("ok", "built")


def _for_calls(beats: list[Heartbeat]) -> dict[str, list[str]]:
    """Queue of calls → what is served there; a worker of the batch queue alone has engines and serves no call."""
    return {
        "stt": sorted({served for beat in beats if "stt" in beat.queues for served in beat.stt}),
        "translate": sorted({served for beat in beats if "translate" in beat.queues for served in beat.translate}),
        "speak": sorted({served for beat in beats if "speak" in beat.queues for served in beat.speak}),
    }


async def _within(check: Awaitable[Check]) -> Check:
    try:
        return await asyncio.wait_for(check, CHECK_SECONDS)
    except TimeoutError:
        return Check(
            "down", f"no answer within {CHECK_SECONDS:.0f} s", "Check whether its process is overloaded or stopped."
        )


async def _http(host: str, port: int, action: str) -> Check:
    try:
        async with httpx.AsyncClient(timeout=CHECK_SECONDS, trust_env=False) as client:
            response = await client.get(f"http://{authority(host, port)}/health")
    except httpx.HTTPError as error:
        return Check("down", _reason(error), action)
    if response.is_success:
        return Check("ok", "answers")
    return Check("degraded", f"answers {response.status_code}", "Check its log.")


def _reason(error: Exception) -> str:
    """The kind of failure; messages may hold addresses and passwords, which this page must not show."""
    return type(error).__name__
