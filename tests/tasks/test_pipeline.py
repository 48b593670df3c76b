"""The whole batch side: a worker process, a real Redis, the real models."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import msgspec
import pytest
import redis

from ops.harness.recordings import recordings
from ops.harness.redis_server import RedisServer
from ops.harness.worker import WorkerProcess, worker_process
from tasks import broker
from tasks.wire import keys
from tasks.wire.messages import ClipPart, NoClip, decode_clip_event
from tasks.wire.queues import TRANSCRIBE, enqueue, message_of
from tests.support.channels import listen, stream
from tests.tasks.messages import segment, send

JFK = recordings()["en_jfk_stereo44k"].pcm()

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture(scope="module")
def shared_worker(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    with worker_process(server.worker_url, tmp_path_factory.mktemp("worker") / "log") as running:
        yield running


def is_last(data: bytes) -> bool:
    event = decode_clip_event(data)
    return isinstance(event, NoClip) or event.last


@pytest.mark.usefixtures("patience")
def test_a_segment_goes_in_and_captions_and_a_clip_come_out(shared_worker: WorkerProcess, store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        sent = send(store, JFK)
        events = [decode_clip_event(data) for data in clips.until(is_last)]
    assert all(isinstance(event, ClipPart) for event in events)
    assert [caption.language for _, caption in stream(store)] == ["en", "pt"]
    first = events[0]
    assert isinstance(first, ClipPart)
    assert first.timeline.speak_end is not None
    print(f"end of speech to first sound: {first.timeline.speak_end - sent.timeline.speech_end:.2f} s")
    with urllib.request.urlopen(f"http://127.0.0.1:{shared_worker.metrics_port}/metrics") as answer:
        metrics = answer.read().decode()
    assert 'jbc_worker_captions_total{kind="source",language="en"} 1.0' in metrics
    assert 'jbc_worker_queue_wait_seconds_count{queue="speak"} 1.0' in metrics


def test_a_failure_is_told_to_the_bridge(shared_worker: WorkerProcess, store: redis.Redis) -> None:
    assert shared_worker.pids
    with listen(store, keys.clips_channel("bridge")) as clips:
        send(store, JFK, read=["vi"], hear=["vi"])
        event = decode_clip_event(clips.next(timeout=20))
    assert isinstance(event, NoClip)
    assert event.languages == ["vi"]
    assert event.reason == "translate failed: no engine here translates en into vi"
    assert [caption.language for _, caption in stream(store)] == ["en"], "the caption in the spoken language stands"


def test_a_malformed_message_stops_nobody(shared_worker: WorkerProcess, store: redis.Redis) -> None:
    assert shared_worker.pids
    malformed = message_of(TRANSCRIBE, segment())
    broker.current().enqueue(malformed.copy(args=({"id": "../../etc/passwd"},)))
    too_long = msgspec.structs.replace(segment(), samples=16_000 * 61)
    enqueue(broker.current(), TRANSCRIBE, too_long)
    send(store, JFK, read=[], hear=[])
    with listen(store, keys.captions_channel("room")) as channel:
        if not stream(store):
            channel.next(timeout=20)
    assert len(stream(store)) == 1
