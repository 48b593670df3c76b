"""Segments on their way to the workers, through a real Redis that goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import redis
import redis.asyncio as aioredis

from app.cancellation import end
from app.media.bridge.metrics import Metrics
from app.media.bridge.outbox import BUFFER_SECONDS, Outbox
from ops.harness.redis_server import RedisServer, redis_server
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, Segment, Timeline
from tasks.wire.queues import TRANSCRIBE, Work


def segment(seq: int, *, revision: int = 0, final: bool = True, seconds: float = 1.0) -> Segment:
    return Segment(
        id=f"s-{seq}",
        room="r",
        speaker="ana",
        bridge="b",
        seq=seq,
        revision=revision,
        final=final,
        language="pt",
        samples=int(seconds * STT_RATE),
        read=[],
        hear=["en"],
        timeline=Timeline(speech_start=0, speech_end=1, closed=1.4),
    )


class Sent:
    """The stt queue: a list in the same Redis, so that it fails when Redis does."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(url, socket_connect_timeout=0.2)
        self.segments: list[Segment] = []
        self.queues: list[str] = []
        self.dropped: list[int] = []
        self.arrived = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def send(self, work: Work[Segment], segment: Segment) -> None:
        self.redis.ping()
        if work is TRANSCRIBE:
            assert self.redis.exists(keys.pcm(segment.id, segment.revision)), "audio must be there first"
        else:
            assert self.redis.strlen(keys.sound(segment.id)) >= 2 * segment.samples, "audio must be there first"
        self.queues.append(work.queue)
        self.segments.append(segment)
        self.loop.call_soon_threadsafe(self.arrived.set)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():
                await self.arrived.wait()
                self.arrived.clear()

    @property
    def seqs(self) -> list[tuple[int, int, bool]]:
        return [(segment.seq, segment.revision, segment.final) for segment in self.segments]


@asynccontextmanager
async def outbox_on(server: RedisServer) -> AsyncIterator[tuple[Outbox, Sent, Metrics, aioredis.Redis]]:
    client = aioredis.Redis.from_url(server.url, socket_connect_timeout=0.2, socket_timeout=0.5)
    sent, metrics = Sent(server.url), Metrics()
    outbox = Outbox(client, sent.send, metrics, lambda dropped: sent.dropped.append(dropped.seq))
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox, sent, metrics, client
    finally:
        await end([task])
        await client.aclose()
        sent.redis.close()


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


def dropped(metrics: Metrics, stage: str, reason: str) -> float:
    return metrics.registry.get_sample_value("jbc_dropped_total", {"stage": stage, "reason": reason}) or 0.0


async def eventually(done: Callable[[], bool]) -> None:
    """For what has no event to wait for: a counter, a state."""
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_audio_and_message_arrive_in_order(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, metrics, client):
        for seq in range(5):
            outbox.put(segment(seq, revision=2), bytes([seq]) * 4)
        await sent.until(lambda: len(sent.segments) == 5)
        assert [seq for seq, _, _ in sent.seqs] == [0, 1, 2, 3, 4]
        assert await client.get(keys.pcm("s-3", 2)) == bytes([3]) * 4
        assert 0 < await client.ttl(keys.pcm("s-3", 2)) <= keys.PCM_TTL
        await eventually(lambda: metrics.registry.get_sample_value("jbc_segments_total") == 5)


async def test_a_newer_interim_replaces_an_older_and_a_final_replaces_both(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, metrics, _):
        outbox.put(streamed(0, 1, final=False), b"aa", owner="w")
        outbox.put(streamed(0, 2, final=False), b"aa", 1, owner="w")
        outbox.put(streamed(0, 3, final=True), b"aa", 2, owner="w")
        outbox.put(streamed(1, 1, final=False), b"bb", owner="w")
        await sent.until(lambda: len(sent.segments) == 2)
        assert sent.seqs == [(0, 3, True), (1, 1, False)]
        assert dropped(metrics, "interim", "superseded") == 2


async def test_where_it_is_heard_as_no_stream_a_segment_is_asked_about_once_it_has_closed(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, metrics, _):
        outbox.put(segment(0, revision=0, final=False), b"aa")
        outbox.put(segment(0, revision=1), b"aaaa")
        await sent.until(lambda: len(sent.segments) == 1)
        assert sent.seqs == [(0, 1, True)]
        assert dropped(metrics, "interim", "superseded") == 0


async def test_finals_survive_an_outage_and_interims_do_not(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, metrics, _):
        outbox.put(segment(0), b"aa")
        await sent.until(lambda: len(sent.segments) == 1)
        server.stop()
        for seq in range(1, 4):
            outbox.put(segment(seq), b"bb")
        await eventually(lambda: outbox.away)
        outbox.put(segment(4, final=False), b"cc", owner="w")
        assert dropped(metrics, "interim", "broker_gone") == 1
        server.start()
        await sent.until(lambda: len(sent.segments) == 4)
        assert [seq for seq, _, _ in sent.seqs] == [0, 1, 2, 3]
        assert sent.dropped == []


async def test_what_is_kept_is_bounded_and_losses_are_told(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, metrics, _):
        server.stop()
        count = int(BUFFER_SECONDS / 10) + 3
        for seq in range(count):
            outbox.put(segment(seq, seconds=10.0), b"aa")
        assert sent.dropped == [0, 1, 2]
        assert dropped(metrics, "segment", "buffer_full") == 3
        server.start()
        await sent.until(lambda: len(sent.segments) == count - 3)
        assert [seq for seq, _, _ in sent.seqs] == list(range(3, count))


async def test_a_leaving_speakers_last_words_are_sent_or_given_up_on(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, _client):
        outbox.put(segment(0), b"aa")
        await outbox.drain()
        assert (0, 0, True) in sent.seqs
        server.stop()
        outbox.put(segment(1), b"aa")
        await outbox.drain()
        assert sent.dropped == [1]


async def test_a_stream_is_added_to_and_stays_with_the_worker_that_began_with_it(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        asks = [(0, 2, "w1", False), (2, 5, "w2", False), (5, 5, "w2", True)]
        for number, (offset, samples, owner, final) in enumerate(asks):
            new = bytes(range(2 * offset, 2 * samples))
            outbox.put(streamed(0, samples, final=final), new, offset, owner=owner)
            await sent.until(lambda number=number: len(sent.segments) == number + 1)  # type: ignore[misc]
        assert sent.queues == ["stt.w1"] * 3
        assert await client.get(keys.sound("s-0")) == bytes(range(10))
        assert await client.smembers(keys.owned("w1")) == {b"s-0"}
        assert (await client.hget(keys.listened("s-0"), "owner"), await client.keys("jbc:pcm:*")) == (b"w1", [])
        outbox.put(streamed(1, 3, final=True), b"abcdef", owner="w2")
        await sent.until(lambda: len(sent.segments) == 4)
        assert sent.queues[3:] == ["stt.w2"]


async def test_a_stream_is_whole_after_redis_lost_what_it_had(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        outbox.put(streamed(0, 2, final=False), b"abcd", owner="w")
        await sent.until(lambda: len(sent.segments) == 1)
        await client.flushall()
        outbox.put(streamed(0, 4, final=True), b"efgh", 2, owner="w")
        await sent.until(lambda: len(sent.segments) == 2)
        assert await client.get(keys.sound("s-0")) == b"abcdefgh"


async def test_what_was_said_before_there_was_a_place_for_it_is_silence(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        outbox.put(streamed(0, 4, final=True), b"efgh", 2, owner="w")
        await sent.until(lambda: len(sent.segments) == 1)
        assert await client.get(keys.sound("s-0")) == bytes(4) + b"efgh"


async def test_a_stream_loses_no_sound_while_redis_is_away(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        outbox.put(streamed(0, 1, final=False), b"ab", owner="w")
        await sent.until(lambda: len(sent.segments) == 1)
        server.stop()
        for at, new in enumerate([b"cd", b"ef"], 1):
            outbox.put(streamed(0, at + 1, final=False), new, at, owner="w")
        outbox.put(streamed(0, 3, final=True), b"", 3, owner="w")
        outbox.put(streamed(1, 1, final=False), b"xy", owner="w")
        await eventually(lambda: outbox.away)
        outbox.put(streamed(1, 3, final=False), b"zzyx", 1, owner="w")
        outbox.put(streamed(1, 2, final=True), b"", 3, owner="w")  # it was cut where it was quiet
        server.start()
        await sent.until(lambda: len(sent.segments) == 3)
        assert await client.get(keys.sound("s-0")) == b"abcdef"
        assert await client.get(keys.sound("s-1")) == b"xyzz"


async def test_where_nobody_hears_it_as_a_stream_any_more_all_of_its_sound_is_sent(server: RedisServer) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        outbox.put(streamed(0, 1, final=False), b"ab")
        outbox.put(streamed(0, 2, final=True), b"cd", 1)
        await sent.until(lambda: bool(sent.segments) and sent.segments[-1].final)
        assert await client.get(keys.pcm("s-0", 2)) == b"abcd"


def streamed(seq: int, samples: int, *, final: bool) -> Segment:
    return segment(seq, final=final, revision=samples, seconds=samples / STT_RATE)


async def test_audio_leaves_redis_room_for_heartbeats_and_is_sent_when_there_is_some_again(
    server: RedisServer,
) -> None:
    async with outbox_on(server) as (outbox, sent, _, client):
        for number in range(20):
            await client.set(f"ballast-{number}", bytes(1_000_000))
        await client.set("heartbeat", "x" * 100, ex=60)
        used = (await client.info("memory"))["used_memory"]
        try:
            await client.config_set("maxmemory", int(used * 1.1))  # nothing has to go, yet
            outbox.put(segment(0), bytes(2 * STT_RATE))
            async with asyncio.timeout(10):
                while not outbox.away:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert await client.keys("jbc:pcm:*") == []
            await client.config_set("maxmemory", 100 * used)
            await sent.until(lambda: len(sent.seqs) == 1)
        finally:
            await client.config_set("maxmemory", 0)
        assert sent.seqs == [(0, 0, True)]
        assert (await client.info("stats"))["evicted_keys"] == 0
        assert await client.exists("heartbeat")
