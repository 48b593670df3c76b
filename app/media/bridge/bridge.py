"""Reconciles what runs (taps, dubbed tracks, recorded speakers) with who is in the rooms and what the ladder allows."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any, Final

import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from app.auth.tokens import bridge_token
from app.cancellation import end, to_the_end
from app.media.bridge import clip_listener
from app.media.bridge.config import MediaConfig
from app.media.bridge.director import Director
from app.media.bridge.health import HealthServer
from app.media.bridge.leases import Leases
from app.media.bridge.metrics import Metrics
from app.media.bridge.recorded_speaker import RecordedSpeaker, recording_path
from app.media.bridge.rooms import Rooms
from app.media.bridge.services import Services
from app.media.bridge.sfu_client import SfuClient
from app.media.bridge.sfu_messages import Bridges, Connected, Disconnected, RoomClosed, SfuEvent
from app.media.bridge.speakers import Speaker
from app.media.bridge.supervisor import Supervisor
from app.media.bridge.worker_watch import Watch
from app.media.policy import admission
from app.media.policy.room import Producer, Room
from app.settings import Settings
from tasks.wire import keys
from tasks.wire.messages import NextRoom, Segment, encode

TICK_SECONDS: Final = 0.02
"""Time between looks at the clock on behalf of silent tracks."""

REDIS_TIMEOUT_SECONDS: Final = 1.0
"""Time a Redis command may take."""

STOP_SECONDS: Final = 1.2
"""Time that everything that runs may take to end."""

ANNOUNCE_SECONDS: Final = 1.0
"""Time between two announcements of what there is room for."""

log = structlog.get_logger(__name__)


class Bridge:
    """One bridge. Run `run` as a task; cancelling it leaves the SFU in order."""

    def __init__(
        self, settings: Settings, send_stt: Callable[[dict[str, Any]], object], config: MediaConfig | None = None
    ) -> None:
        """`send_stt` is the blocking `send` of the stt actor."""
        self.id = f"bridge-{secrets.token_hex(4)}"
        self.metrics = Metrics()
        config = config or MediaConfig()
        self._settings = settings
        self._config = config
        url = settings.tasks.redis_url
        limit = REDIS_TIMEOUT_SECONDS
        self._redis = aioredis.Redis.from_url(url, socket_timeout=limit, socket_connect_timeout=limit)
        self._pubsub = aioredis.Redis.from_url(url, socket_connect_timeout=limit)
        self._sfu = SfuClient(
            f"ws://{settings.sfu_host}:{settings.sfu_port}/ws",
            lambda: bridge_token(settings.sfu_token_keys.newest, bridge=self.id),
        )
        self._watch = Watch(self._redis, config.ladder, self._on_look)
        self._rooms = Rooms()
        self._leases = Leases(self._redis, self._sfu, self.id, lambda: self._rooms.by_name, self._reconcile)
        self._services = Services(
            self.id, self._sfu, self._redis, send_stt, config, self.metrics, self._stt_age, self._leases.fence
        )
        self._speakers: Supervisor[str, Speaker] = Supervisor()
        self._recorded: Supervisor[str, RecordedSpeaker] = Supervisor()
        self._director = Director(self._services)
        self._node = admission.node_of([], config.admission)
        self._seqs: dict[tuple[str, str], int] = {}

    async def run(self) -> None:
        """Serves until cancelled."""
        health = HealthServer(self._settings.bridge_port, self.metrics.registry, self.snapshot)
        jobs = (
            self._sfu.run(),
            self._events(),
            self._watch.run(),
            clip_listener.listen(self._pubsub, self.id, self._director.on_clip),
            self._tick(),
            self._director.publisher.run(),
            self._leases.run(),
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
        self._stop_all()
        supervised = (self._speakers, self._director.tracks, self._recorded)
        await asyncio.gather(*(group.wait_stopped(STOP_SECONDS) for group in supervised))
        await asyncio.gather(self._redis.aclose(), self._pubsub.aclose())
        health.close()

    def snapshot(self) -> tuple[bool, dict[str, Any]]:
        """Whether SFU and Redis are there, and what runs; safe to call from another thread."""
        sfu, broker = self._sfu.connected, self._watch.conditions.broker_ok
        speakers = list(self._speakers.members.values())
        tracks = list(self._director.tracks.members.values())
        report = {
            "status": "ok" if sfu and broker else "degraded",
            "bridge": self.id,
            "sfu": sfu,
            "redis": broker,
            "workers": len(self._watch.conditions.heartbeats),
            "rooms": len(self._served()),
            "rooms_of_all": len(self._rooms.by_name),
            "speakers": len(speakers),
            "taps": sum(speaker.tapped for speaker in speakers),
            "dubbed_tracks": len(tracks),
            "clips_owed": sum(track.playout.owed for track in tracks),
            "load": round(self._director.admission.load, 2),
            "capacity": round(self._director.admission.capacity, 2),
        }
        return sfu and broker, report

    async def _events(self) -> None:
        while True:
            self._take(await self._sfu.events.get())
            self._reconcile()

    def _take(self, event: SfuEvent) -> None:
        if isinstance(event, Connected):
            self._rooms.load(event.rooms)
            self._leases.set_bridges(event.bridges)
        elif isinstance(event, Disconnected):
            self._stop_all()
            self._rooms.load([])
            self._leases.forget()
        elif isinstance(event, Bridges):
            self._leases.set_bridges(event.bridges)
        else:
            self._rooms.apply(event)
            self._leases.look_now()
            if isinstance(event, RoomClosed):
                self._seqs = {key: seq for key, seq in self._seqs.items() if key[0] != event.room}

    def _reconcile(self) -> None:
        """Brings taps, recorded speakers, dubbed tracks and notices in line with the rooms that are ours."""
        rooms = self._served()
        voices = {producer.producer_id: (room, producer) for room in rooms.values() for producer in room.voices()}
        for producer_id in self._speakers.members.keys() - voices.keys():
            self._stop_speaker(producer_id)
        for producer_id, (room, producer) in voices.items():
            self._start_speaker(producer_id, room, producer)
        for name in self._recorded.members.keys() - rooms.keys():
            self._recorded.stop(name)
        for room in rooms.values():
            self._start_recording(room)
        self._direct()

    def _served(self) -> dict[str, Room]:
        """The rooms whose lease we hold."""
        rooms = list(self._rooms.by_name.items())  # also read by the thread that answers /health
        return {name: room for name, room in rooms if self._leases.fence(name)}

    def _direct(self) -> None:
        rooms, conditions, config = self._rooms.by_name, self._watch.conditions, self._config
        told = {name: room for name, room in rooms.items() if self._leases.speaks_for(name)}
        alive = [beat for beat in conditions.heartbeats if time.time() - beat.at <= config.ladder.silent_after]
        self._node = admission.node_of(alive, config.admission)
        # Over all rooms, in the SFU's order: so every bridge comes to the same without asking the others.
        self._director.step(told, conditions, admission.admit(rooms, self._node, config.admission))

    def _start_speaker(self, producer_id: str, room: Room, producer: Producer) -> None:
        def make() -> Speaker:
            first_seq = self._seqs.get((room.name, producer.participant), 0)
            return Speaker(self._services, room, producer, first_seq, self._on_final, self._director)

        self._speakers.start(producer_id, make)

    def _stop_speaker(self, producer_id: str) -> None:
        self._speakers.members[producer_id].stop_receiving()
        self._speakers.stop(producer_id)

    def _start_recording(self, room: Room) -> None:
        for meta in room.people.values():
            if not meta.recording or not meta.recording_id or room.name in self._recorded.members:
                continue
            path = recording_path(meta.recording)
            if path is None:
                log.error("there is no such recording", name=meta.recording, room=room.name)
                continue
            make = partial(RecordedSpeaker, self._services, room.name, meta.recording_id, path)
            self._recorded.start(room.name, make)

    def _stop_all(self) -> None:
        for producer_id in list(self._speakers.members):
            self._stop_speaker(producer_id)
        self._director.stop_all()
        self._recorded.stop_all()

    def _on_look(self) -> None:
        if self._sfu.connected:
            self._direct()

    async def _announce(self) -> None:
        """Says, for whoever is about to come in, what there is room for."""
        while True:
            now = self._director.admission
            level = admission.next_level(now, self._node, self._config.admission)
            next_room = NextRoom(level=level.label, load=round(now.load, 2), capacity=round(now.capacity, 2))
            with suppress(RedisError, OSError):  # the ladder says that Redis is away
                await self._redis.set(keys.ADMISSION, encode(next_room), ex=keys.ADMISSION_TTL)
            await asyncio.sleep(ANNOUNCE_SECONDS)

    def _on_final(self, segment: Segment) -> None:
        self._seqs[segment.room, segment.speaker] = segment.seq + 1
        self._director.on_final(segment)

    def _stt_age(self) -> float:
        return self._watch.conditions.ages.get("stt") or 0.0

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + TICK_SECONDS, loop.time())
            await asyncio.sleep(due - loop.time())
            self.metrics.loop_delay.observe(max(0.0, loop.time() - due))
            now = time.time()
            for speaker in list(self._speakers.members.values()):
                speaker.tick(now)
