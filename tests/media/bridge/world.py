"""A bridge between a real SFU and a real Redis, with the test as visitor, as worker, and as a second pair of ears."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import numpy as np
import redis.asyncio as aioredis
from websockets.asyncio.client import ClientConnection, connect

from app.auth.tokens import ParticipantMeta, bridge_token, participant_token
from app.media.audio.opus import Pcm
from app.media.audio.tap import TapStream
from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from app.media.bridge.sfu_client import SfuClient
from app.media.bridge.sfu_messages import TapAnswer
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.sfu import Sfu
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import ClipPart, Heartbeat, NoClip, Segment, Timeline, encode
from tasks.wire.queues import Work

ROOM = "demo-1"
SPEAKER = "recorded-1"


class Visitor:
    """Somebody in the room, as far as signalling goes."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._backlog: list[dict[str, Any]] = []
        self.producers: list[dict[str, Any]] = []

    async def hello(self, token: str) -> None:
        await self._socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
        answer = json.loads(await self._socket.recv())
        self.producers = answer["ok"]["producers"]

    async def event(self, name: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next event of that name whose data fits; others are kept for later."""
        for index, message in enumerate(self._backlog):
            if message["event"] == name and fits(message["data"]):
                found: dict[str, Any] = self._backlog.pop(index)["data"]
                return found
        async with asyncio.timeout(15):
            while True:
                message = json.loads(await self._socket.recv())
                if message.get("event") == name and fits(message["data"]):
                    data: dict[str, Any] = message["data"]
                    return data
                if "event" in message:
                    self._backlog.append(message)

    async def rung(self, key: str, reason: str | None) -> dict[str, Any]:
        """The next notice under `key` with that reason."""
        notice = await self.event(
            "notice", lambda n: n["key"] == key and bool(n["payload"]) and n["payload"]["reason"] == reason
        )
        payload: dict[str, Any] = notice["payload"]
        return payload


class World:
    """Everything a bridge meets."""

    def __init__(self, sfu: Sfu, server: RedisServer) -> None:
        self.sfu = sfu
        self.redis_server = server
        self.redis = aioredis.Redis.from_url(server.url, socket_connect_timeout=0.5)
        self.settings = BridgeSettings(
            sfu_port=sfu.port,
            sfu_token_secret=sfu.secret,
            bridge_port=free_port(),
            tasks=TaskConfig(redis_url=server.url),
        )
        self.segments: asyncio.Queue[Segment] = asyncio.Queue()
        self.working = asyncio.Event()
        self.spoken = ["pt"]
        """Languages that the worker speaks."""
        self.drafts: list[str] = []
        """Pairs that it can only draft."""
        self.streams: list[str] = []
        """Languages that the worker hears as streams."""
        self.queues: list[str] = []
        """Where each segment was sent."""
        self._loop = asyncio.get_running_loop()
        self.bridge = Bridge(self.settings, self._send)
        self.bridge_task: asyncio.Task[None]

    def _send(self, work: Work[Segment], segment: Segment) -> None:
        self.queues.append(work.queue)
        self._loop.call_soon_threadsafe(self.segments.put_nowait, segment)

    async def work(self) -> None:
        """Heartbeats of a worker that can do everything, as long as `working` is set."""
        for _ in itertools.count():
            await self.working.wait()
            beat = Heartbeat(
                worker="w",
                at=time.time(),
                queues=["stt", "translate", "speak"],
                stt=["en"],
                streams=self.streams,
                translate=["en>pt"],
                drafts=self.drafts,
                speak=self.spoken,
            )
            with suppress(aioredis.RedisError, OSError):  # a worker bears with Redis being away, too
                await self.redis.set(keys.heartbeat("w"), encode(beat), ex=keys.HEARTBEAT_TTL)
            await asyncio.sleep(keys.HEARTBEAT_EVERY)

    async def final(self) -> Segment:
        """The next closed segment."""
        async with asyncio.timeout(15):
            while not (segment := await self.segments.get()).final:
                pass
        return segment

    async def clip(
        self, segment: Segment, parts: list[Pcm], rate: int, *, draft: bool = False, piece: int = 0, more: bool = False
    ) -> None:
        """Publishes a clip of one breath for a piece of a sentence, as the speak actor does; `more` of it follows.

        All of it at once: on a busy machine parts would come later than those before them last.
        """
        told = self.redis.pipeline(transaction=False)
        for number, samples in enumerate(parts):
            key, last = keys.clip(segment.id, "pt", piece, number), number == len(parts) - 1
            part = ClipPart(
                segment=segment.id,
                room=segment.room,
                speaker=segment.speaker,
                seq=segment.seq,
                sentence=segment.sentence,
                piece=piece,
                last_piece=not more,
                last_sentence=not more,
                language="pt",
                part=number,
                last=last,
                ends_clause=last,
                key=key,
                samples=len(samples),
                rate=rate,
                engine="test",
                draft=draft,
                timeline=Timeline(**msgspec.structs.asdict(segment.timeline) | {"speak_end": time.time()}),
            )
            told.set(key, samples.astype("<i2").tobytes(), ex=keys.CLIP_TTL)
            told.publish(keys.clips_channel(segment.bridge), encode(part))
        await told.execute()

    async def no_clip(self, segment: Segment) -> None:
        """Says that a segment has no clip."""
        event = NoClip(
            segment=segment.id,
            room=segment.room,
            speaker=segment.speaker,
            seq=segment.seq,
            languages=["pt"],
            reason="test",
        )
        await self.redis.publish(keys.clips_channel(segment.bridge), encode(event))

    @asynccontextmanager
    async def visitor(self, name: str = "visitor-1", **meta: str | bool) -> AsyncIterator[Visitor]:
        """A Portuguese listener who asked for the recorded speaker."""
        wishes: dict[str, Any] = {"recording": "demo-en", "recording_id": SPEAKER} | meta
        about = ParticipantMeta(name="Visitor", speak="pt", read="pt", hear="pt", **wishes)
        token = participant_token(self.sfu.secret, room=ROOM, participant=name, meta=about)
        async with connect(self.sfu.url) as socket:
            visitor = Visitor(socket)
            await visitor.hello(token)
            yield visitor

    @asynccontextmanager
    async def ears(self, producer: str) -> AsyncIterator[asyncio.Queue[Pcm]]:
        """What a producer sounds like, 16 kHz, through a tap of its own."""
        client = SfuClient(self.sfu.url, lambda: bridge_token(self.sfu.secret, bridge=f"ears-{producer[:8]}"))
        running = asyncio.create_task(client.run())
        heard: asyncio.Queue[Pcm] = asyncio.Queue()
        await client.events.get()

        class Ear(asyncio.DatagramProtocol):
            stream: TapStream | None = None

            def datagram_received(self, data: bytes, _addr: object) -> None:
                if self.stream is not None:
                    for chunk in self.stream.feed(data, time.time()):
                        heard.put_nowait(chunk.samples)

        transport, ear = await self._loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        try:
            answer = await client.request("tap", {"producerId": producer, "port": port}, TapAnswer)
            ear.stream = TapStream(answer.ssrc, answer.payload_type)
            yield heard
        finally:
            transport.close()
            running.cancel()
            await asyncio.wait([running])


async def listen(heard: asyncio.Queue[Pcm], seconds: float) -> Pcm:
    """That much audio, as it comes."""
    parts: list[Pcm] = []
    async with asyncio.timeout(10):
        while sum(map(len, parts)) < seconds * 16_000:
            parts.append(await heard.get())
    return np.concatenate(parts)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """SFU, Redis, bridge and worker, all stopped at the end."""
    sfu = Sfu()
    with redis_server() as server:
        await asyncio.to_thread(sfu.start)
        one = World(sfu, server)
        one.working.set()
        one.bridge_task = asyncio.create_task(one.bridge.run())
        tasks = [one.bridge_task, asyncio.create_task(one.work())]
        try:
            yield one
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await one.redis.aclose()
            if sfu.running:
                sfu.stop()
