"""What travels between edge and workers, on a real Redis Cluster of three nodes.

What a script or a transaction touches and what lies on different nodes is refused by the nodes themselves, so that each
way through our code that comes to its end here is one that a cluster holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dramatiq
import numpy as np
import pytest
import redis
from dramatiq.middleware import SkipMessage
from redis.asyncio import Redis

from app.media.bridge import clip_listener
from app.speech_api.worker_client import WorkerClient
from ops.harness.captions import caption, say
from ops.harness.redis_cluster import RedisCluster
from ops.harness.worker import worker_process
from tasks import growth, operator_choices, publish, streams
from tasks.actors import api_cloning, replies
from tasks.adoption import AdoptionThread
from tasks.engines.base import Audio
from tasks.middleware.max_attempts import MAX_ATTEMPTS, MaxAttempts
from tasks.settings import InstallerSettings, WorkerSettings
from tasks.streams import Heard
from tasks.wire import cache, keys, queues, redis_client
from tasks.wire import streams as offers
from tasks.wire.administration import Term
from tasks.wire.environment import SettingError, TaskConfig
from tasks.wire.messages import ClipEvent, ClipPart, Heartbeat, NoClip, Segment, Translation, encode, from_payload
from tasks.wire.queues import SYNTHESIZE, TRANSLATE, enqueue, sending_broker
from tasks.wire.requests import ClonedVoice, SpokenPart, Synthesis
from tests.support.channels import stream
from tests.support.cluster import cluster, edge, nodes_of, store
from tests.support.fake_cloner import FakeCloner
from tests.support.feeds import WITHIN
from tests.support.rabbitmq import rabbitmq_server
from tests.tasks.messages import segment

__all__ = ["cluster", "edge", "store"]

pytestmark = pytest.mark.service


async def test_a_stream_that_is_gone_begins_a_new_life(edge: Redis, store: redis.Redis) -> None:
    say(store, caption("room", "s1", "one"))
    first = await edge.get(keys.CAPTIONS_LIFE)
    store.delete(keys.CAPTIONS)
    say(store, caption("room", "s2", "two"))
    say(store, caption("room", "s3", "three"))
    entries: Any = await edge.xrange(keys.CAPTIONS)
    lives = [fields[b"l"] for _, fields in entries]
    assert lives == [await edge.get(keys.CAPTIONS_LIFE)] * 2
    assert lives[0] != first


async def test_speech_is_heard_as_a_stream_and_taken_over(edge: Redis, store: redis.Redis) -> None:
    asked = [segment(f"s-{number}", language="vi", read=[], hear=[], samples=8) for number in range(12)]
    assert nodes_of([keys.sound(ask.id) for ask in asked]) == 3
    for ask in asked:
        assert await offers.offer(edge, ask, b"ab" * 4, 0, "one") == "one"
        assert await offers.offer(edge, ask, b"cd" * 4, 4, "two") == "one", "whoever has begun"
        assert streams.sound(store, ask.id, 2, 6) == b"ab" * 2 + b"cd" * 2
        assert streams.commit(store, ask.id, "one", Heard(samples=4))
    assert not streams.commit(store, asked[0].id, "two", Heard(samples=8))
    assert (streams.owners(store), len(streams.owned(store, "one"))) == (["one"], 12)
    sent: list[Segment] = []
    broker: Any = SimpleNamespace(store=store, enqueue=sent.append)
    store.set(keys.heartbeat("one"), b"1")
    adoption = AdoptionThread(broker, "two", lambda: ["vi"])
    assert adoption.look(0.0) == 0
    store.delete(keys.heartbeat("one"))
    assert adoption.look(0.0) == len(sent) == 12
    assert (streams.owners(store), len(streams.owned(store, "two"))) == (["two"], 12)
    for ask in asked:
        found = streams.load(store, ask.id)
        assert found is not None
        assert (found.owner, found.adopted, found.heard.samples) == ("two", 1, 4)
        streams.finish(store, ask.id, "one")
        assert streams.owns(store, ask.id, "two"), "the former one has nothing to say"
        streams.finish(store, ask.id, "two")
        assert not store.exists(keys.listened(ask.id), keys.sound(ask.id))
    assert streams.owned(store, "two") == []


@pytest.mark.parametrize("lost", [keys.sound, keys.listened])
async def test_what_redis_has_lost_of_a_stream_is_offered_again(
    edge: Redis, store: redis.Redis, lost: Callable[[str], str]
) -> None:
    ask = segment("s-0", language="vi", samples=8)
    await offers.offer(edge, ask, b"ab" * 4, 0, "one")
    store.delete(lost(ask.id), keys.owned("one"))
    assert await offers.offer(edge, ask, b"cd" * 4, 4, "one") == 0
    assert await offers.offer(edge, ask, b"ab" * 4 + b"cd" * 4, 0, "one") == "one"
    assert streams.sound(store, ask.id, 0, 8) == b"ab" * 4 + b"cd" * 4
    assert streams.owned(store, "one") == [ask.id]


async def test_heartbeats_and_clips_come_from_every_node(edge: Redis, store: redis.Redis) -> None:
    workers = [f"w{number}" for number in range(12)]
    for name in workers:
        beat = Heartbeat(
            worker=name, at=time.time(), queues=[], stt=[], streams=[], translate=[], drafts=[], speak=[]
        )  # fmt: skip
        store.set(keys.heartbeat(name), encode(beat), ex=keys.HEARTBEAT_TTL)
    assert sorted(beat.worker for beat in await queues.workers(edge)) == sorted(workers)
    heard: asyncio.Queue[ClipEvent] = asyncio.Queue()
    listening = asyncio.create_task(clip_listener.listen(edge, "bridge", heard.put_nowait))
    said = segment("s-0", hear=["pt"])
    parts = [part(said, number) for number in range(12)]
    assert nodes_of([one.key for one in parts]) == 3
    async with asyncio.timeout(WITHIN):
        while heard.empty():  # until it has subscribed, which it tells nobody
            publish.no_clip(store, said, ["pt"], "trial")
            await asyncio.sleep(0.05)
        for one in parts:
            publish.clip_part(store, said.bridge, one, b"pcm")
        found = [await heard.get() for _ in range(heard.qsize())]
        while len([one for one in found if isinstance(one, ClipPart)]) < len(parts):
            found.append(await heard.get())
    listening.cancel()
    assert any(isinstance(one, NoClip) for one in found)
    assert await redis_client.values(edge, [one.key for one in parts]) == [b"pcm"] * 12


def part(said: Segment, number: int) -> ClipPart:
    return ClipPart(
        key=keys.clip(said.id, "pt", 0, number), segment=said.id, room=said.room, speaker=said.speaker, seq=said.seq,
        language="pt", part=number, last=number == 11, rate=24_000, samples=2, engine="test", timeline=said.timeline,
    )  # fmt: skip


async def test_api_requests_are_answered_with_their_sound(edge: Redis, store: redis.Redis) -> None:
    def work(message: dramatiq.Message[Any]) -> None:
        asked = from_payload(message.args[0], Synthesis)
        assert replies.awaited(store, asked)
        for number in range(4):
            answer = SpokenPart(part=number, last=number == 3, rate=24_000, samples=2, engine="test")
            replies.send(store, asked.request, answer, f"pcm {number}".encode())

    broker: Any = SimpleNamespace(enqueue=work)
    client = WorkerClient(edge, broker, 10.0)
    for number in range(6):
        asked = Synthesis(request=f"r{number}", deadline=client.deadline(), text="Hello.", language="en")
        parts = client.replies(SYNTHESIZE, asked, SpokenPart, b"reference")
        found = [await client.fetch(asked.request, (await anext(parts)).part) for _ in range(4)]
        await parts.aclose()
        assert found == [b"pcm 0", b"pcm 1", b"pcm 2", b"pcm 3"]
        assert not replies.awaited(store, asked)


def test_caches_keep_within_their_size_and_forget_a_voice(store: redis.Redis) -> None:
    for number in range(6):
        cache.put(store, "audio", ("voice", number), bytes(1_000), limit=5_000, tag="ana")
    assert [cache.get(store, "audio", ("voice", number)) is not None for number in range(6)] == [False] * 3 + [True] * 3
    assert (cache.forget(store, "audio", "ana"), cache.get(store, "audio", ("voice", 5))) == (3, None)
    assert cache.put(store, "translation", ("text",), b"texto", limit=5_000) == 0
    assert cache.get(store, "translation", ("text",)) == b"texto"


def test_nothing_of_a_deleted_voice_comes_back(store: redis.Redis) -> None:
    voice, engine = ClonedVoice(id="ana", rate=24_000), FakeCloner()
    tone = (np.sin(np.arange(24_000) / 24_000 * 2 * np.pi * 440) * 8_000).astype("<i2").tobytes()
    store.set(keys.voice_reference("ana"), tone)
    assert [api_cloning.latents(store, engine, voice) for _ in range(2)] == [b"440", b"440"]
    kept = keys.voice_latents("ana", engine.name)
    assert (engine.learned, store.ttl(kept) > api_cloning.UNSURE_SECONDS) == (1, True)
    store.delete(kept)

    class Deleting(FakeCloner):
        """While it looks at the reference that is deleted."""

        def latents(self, reference: Audio) -> bytes:
            store.delete(keys.voice_reference("ana"))
            return super().latents(reference)

    assert api_cloning.latents(store, Deleting(), voice) == b"440", "who asked before is still answered"
    assert not store.exists(kept)


def test_workers_count_and_write_down_what_they_do(store: redis.Redis) -> None:
    counting = MaxAttempts(store)
    message: Any = SimpleNamespace(message_id="m", queue_name="stt", fail=lambda: None)
    for _ in range(MAX_ATTEMPTS):
        counting.before_process_message(dramatiq.broker.Broker(), message)
    with pytest.raises(SkipMessage):
        counting.before_process_message(dramatiq.broker.Broker(), message)
    assert 0 < store.ttl(keys.attempts("m")) <= keys.ONCE_TTL
    terms = [
        Term(id=number, source_language="en", target_language="pt", source="a", target="b", hotword=True,
             translate=True, spoken="")
        for number in (1, 2)
    ]  # fmt: skip
    operator_choices.note(store, terms, "hotword")
    assert store.hgetall(keys.terms_fired("hotword")) == {b"1": b"1", b"2": b"1"}
    assert growth.voice(store, "s", "pt", quick=True)
    assert growth.voice(store, "s", "pt", quick=False), "as it was begun"


def test_queues_are_refused_and_the_error_says_where_they_can_be(
    cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", cluster.url)
    monkeypatch.delenv("BROKER_URL", raising=False)
    for settings in (TaskConfig, WorkerSettings):
        with pytest.raises(SettingError, match="set BROKER_URL to a RabbitMQ server"):
            settings()
    assert InstallerSettings().redis_url == cluster.url, "it has no queues"
    monkeypatch.setenv("BROKER_URL", "amqp://u:p@127.0.0.1/x")
    assert WorkerSettings().queues_url.startswith("amqp:")


@pytest.mark.usefixtures("models")
def test_a_worker_takes_from_rabbitmq_and_publishes_in_a_cluster(
    cluster: RedisCluster, store: redis.Redis, tmp_path: Path
) -> None:
    said = segment(read=["pt"], hear=[])
    asked = Translation(segment=said, text="Good morning.", target="pt", timeline=said.timeline)
    log = tmp_path / "log"
    with rabbitmq_server() as rabbitmq:
        extra = {"BROKER_URL": rabbitmq.url}
        with worker_process(cluster.worker_url, log, queues=("translate",), extra=extra):
            enqueue(sending_broker(rabbitmq.url), TRANSLATE, asked)
            deadline = time.monotonic() + WITHIN
            while not (found := stream(store)):
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.02)  # a stream has no event for a client that cannot block
    assert [caption.language for _, caption in found] == ["pt"]
    assert not list(store.scan_iter(f"{keys.DRAMATIQ}*")), "the queues are elsewhere"
