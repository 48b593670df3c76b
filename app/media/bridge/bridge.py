"""The bridge: puts its parts together, runs them, and says how it is."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final

from redis.exceptions import RedisError

from app.auth.tokens import bridge_token
from app.cancellation import end, to_the_end
from app.media.bridge import clip_listener
from app.media.bridge.config import MediaConfig
from app.media.bridge.health import HealthServer
from app.media.bridge.keeper import Keeper
from app.media.bridge.leases import Leases
from app.media.bridge.listeners import Listeners
from app.media.bridge.metrics import Metrics
from app.media.bridge.reconciler import Reconciler
from app.media.bridge.rooms import Rooms
from app.media.bridge.services import Send, Services
from app.media.bridge.settings import BridgeSettings
from app.media.bridge.sfu_client import SfuClient
from app.media.bridge.worker_watch import Watch
from app.media.policy import admission
from tasks.wire import keys
from tasks.wire.addresses import authority
from tasks.wire.messages import Heartbeat, NextRoom, encode
from tasks.wire.queues import waits
from tasks.wire.redis_client import connect_async

TICK_SECONDS: Final = 0.02
"""Time between looks at the clock on behalf of silent tracks."""

REDIS_TIMEOUT_SECONDS: Final = 1.0
"""Time a Redis command may take."""

STOP_SECONDS: Final = 1.2
"""Time that everything that runs may take to end."""

ANNOUNCE_SECONDS: Final = 1.0
"""Time between two announcements of what there is room for."""


class Bridge:
    """One bridge. Run `run` as a task; cancelling it leaves the SFU in order."""

    def __init__(
        self,
        settings: BridgeSettings,
        send: Send,
        config: MediaConfig | None = None,
    ) -> None:
        """`send` asks workers for something about a segment; it blocks."""
        self.id = f"bridge-{secrets.token_hex(4)}"
        self.metrics = Metrics()
        config = config or settings.media
        self._settings = settings
        self._config = config
        url = settings.tasks.redis_url
        limit = REDIS_TIMEOUT_SECONDS
        self._redis = connect_async(url, socket_timeout=limit, socket_connect_timeout=limit)
        self._pubsub = connect_async(url, socket_connect_timeout=limit)
        self._sfu = SfuClient(
            f"ws://{authority(settings.sfu_address, settings.sfu_port)}/ws",
            lambda: bridge_token(settings.sfu_token_keys.newest, bridge=self.id),
        )
        self._waits = waits(settings.tasks, self._redis)
        self._watch = Watch(self._redis, self._waits, config.ladder, self._on_look)
        self._rooms = Rooms()
        self._leases = Leases(
            self._redis, self._sfu, self.id, lambda: self._rooms.by_name, lambda: self._reconciler.reconcile()
        )
        self._keeper = Keeper(self._redis, self._rooms.by_name, self._leases.fence, self.metrics)
        services = Services(
            self.id,
            self._sfu,
            self._redis,
            send,
            config,
            self.metrics,
            Listeners(self._alive),
            self._keeper,
            self._leases.fence,
        )
        self._reconciler = Reconciler(services, self._rooms, self._leases, self._watch)

    async def run(self) -> None:
        """Serves until cancelled."""
        health = HealthServer(self._settings.bridge_port, self.metrics.registry, self.snapshot)
        jobs = (
            self._sfu.run(),
            self._events(),
            self._watch.run(),
            clip_listener.listen(self._pubsub, self.id, self._reconciler.director.on_clip),
            self._tick(),
            self._reconciler.director.publisher.run(),
            self._reconciler.director.speech.run(),
            self._reconciler.director.listening.run(),
            self._reconciler.typed.run(),
            self._leases.run(),
            self._keeper.run(),
            self._announce(),
        )
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:  # they run for ever, so that this one has crashed
                task.result()
        finally:
            await to_the_end(self._close(tasks, health))

    async def _close(self, tasks: Collection[asyncio.Task[None]], health: HealthServer) -> None:
        await end(tasks)
        self._reconciler.stop_all()
        await self._reconciler.wait_stopped(STOP_SECONDS)
        await self._keeper.close()
        await asyncio.gather(self._redis.aclose(), self._pubsub.aclose(), self._waits.aclose())
        health.close()

    def snapshot(self) -> tuple[bool, dict[str, Any]]:
        """Whether SFU and Redis are there, and what runs; safe to call from another thread."""
        sfu, broker = self._sfu.connected, self._watch.conditions.broker_ok
        speakers = list(self._reconciler.speakers.members.values())
        tracks = list(self._reconciler.director.tracks.members.values())
        report = {
            "status": "ok" if sfu and broker else "degraded",
            "bridge": self.id,
            "sfu": sfu,
            "redis": broker,
            "workers": len(self._watch.conditions.heartbeats),
            "rooms": len(self._reconciler.served()),
            "rooms_of_all": len(self._rooms.by_name),
            "speakers": len(speakers),
            "taps": sum(speaker.tapped for speaker in speakers),
            "dubbed_tracks": len(tracks),
            "clips_owed": sum(track.playout.owed for track in tracks),
            "load": round(self._reconciler.director.admission.load, 2),
            "capacity": round(self._reconciler.director.admission.capacity, 2),
        }
        return sfu and broker, report

    async def _events(self) -> None:
        while True:
            self._reconciler.take(await self._sfu.events.get())
            self._reconciler.reconcile()

    def _on_look(self) -> None:
        if self._sfu.connected:
            self._reconciler.direct()

    async def _announce(self) -> None:
        """Says, for whoever is about to come in, what there is room for."""
        while True:
            now = self._reconciler.director.admission
            level = admission.next_level(now, self._reconciler.pool, self._config.admission)
            next_room = NextRoom(
                level=level.label,
                load=round(now.load, 2),
                capacity=round(now.capacity, 2),
                further=round(sum(admission.further(self._reconciler.pool)), 2),
            )
            with suppress(RedisError, OSError):  # the ladder says that Redis is away
                await self._redis.set(keys.ADMISSION, encode(next_room), ex=keys.ADMISSION_TTL)
            await asyncio.sleep(ANNOUNCE_SECONDS)

    def _alive(self) -> list[Heartbeat]:
        now, limit = time.time(), self._config.ladder.silent_after
        return [beat for beat in self._watch.conditions.heartbeats if now - beat.at <= limit]

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + TICK_SECONDS, loop.time())
            await asyncio.sleep(due - loop.time())
            self.metrics.loop_delay.observe(max(0.0, loop.time() - due))
            now = time.time()
            for speaker in list(self._reconciler.speakers.members.values()):
                speaker.tick(now)
