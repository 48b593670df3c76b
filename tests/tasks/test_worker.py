"""Worker processes that are killed, stopped, narrowed and misconfigured."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from ops.harness.recordings import recordings
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.worker import WorkerProcess, worker_process
from tasks.engines.stt.sound import MAX_SECONDS
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, ClipPart, Heartbeat, Translation, decode, decode_clip_event
from tasks.wire.queues import TRANSLATE, enqueue, sending_broker
from tests.support.channels import captions, listen, stream
from tests.tasks.messages import segment, send

JFK = recordings()["en_jfk_stereo44k"].pcm()

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture
def doomed_worker(server: RedisServer, store: redis.Redis, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that the test may stop. It transcribes and translates and has no voices, which saves time."""
    assert store.ping()
    with worker_process(server.worker_url, tmp_path / "log", queues=("stt", "translate")) as running:
        yield running


def test_a_killed_worker_loses_nothing_and_doubles_nothing(doomed_worker: WorkerProcess, store: redis.Redis) -> None:
    interrupted = send(store, recordings()["en_ls_198"].pcm(), seq=0)
    deadline = time.monotonic() + 10
    while not store.keys("dramatiq:__acks__.*.stt"):  # until the worker has taken it
        assert time.monotonic() < deadline
    doomed_worker.kill()
    assert stream(store) == [], "killed in the middle of the transcription"
    waiting = send(store, JFK, name="room.anna.1", seq=1)
    doomed_worker.start()
    with listen(store, keys.captions_channel("room")) as channel:
        started = time.monotonic()
        while len(stream(store)) < 4:
            channel.next(timeout=30)
        print(f"caught up {time.monotonic() - started:.1f} s after the restart")
    found = sorted((caption.segment, caption.language) for _, caption in stream(store))
    assert found == [(interrupted.id, "en"), (interrupted.id, "pt"), (waiting.id, "en"), (waiting.id, "pt")]


def test_a_worker_shows_captions_while_its_other_engines_are_still_loading(
    server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    waiting = send(store, JFK, seq=0, max_lag=120.0)
    worker = WorkerProcess(server.worker_url, tmp_path / "log")
    with (
        listen(store, keys.captions_channel("room")) as channel,
        listen(store, keys.clips_channel("bridge")) as clips,
    ):
        try:
            worker.start(serving=("stt",))
            beat = only_beat(store)
            (first,) = captions([channel.next(timeout=30)])
            (translated,) = captions([channel.next(timeout=60)])
            clip = decode_clip_event(clips.next(timeout=60))
            deadline = time.monotonic() + 10
            while not (served := only_beat(store)).speak and time.monotonic() < deadline:
                time.sleep(0.05)  # the clip may be there before the next heartbeat
        finally:
            worker.kill()
    assert (first.segment, first.language, translated.language) == (waiting.id, "en", "pt")
    assert {"en", "pt", "vi"} <= {*beat.streams}
    assert sorted([*beat.queues, *beat.loading]) == sorted(keys.QUEUES)
    assert {"speak", keys.BATCH, keys.MODELS} <= {*beat.loading}, "what is not loaded is not offered"
    assert beat.speak == []
    assert isinstance(clip, ClipPart)
    assert "pt" in served.speak


def only_beat(store: redis.Redis) -> Heartbeat:
    """The heartbeat of the one worker that there is."""
    (name,) = store.keys(keys.HEARTBEATS)
    beat = store.get(name)
    assert isinstance(beat, bytes)
    return decode(beat, Heartbeat)


def test_a_worker_outlives_redis(tmp_path: Path) -> None:
    with redis_server() as own, worker_process(own.url, tmp_path / "log", queues=("translate",)):
        own.stop()
        time.sleep(4)  # longer than any retry waits: the consumers and the heartbeat have failed
        own.start()
        started = time.monotonic()
        with redis.Redis.from_url(own.url) as client:
            while not client.keys(keys.HEARTBEATS):
                assert time.monotonic() - started < 10
            message = segment(hear=[])
            translation = Translation(segment=message, text="Yes.", target="pt", timeline=message.timeline)
            enqueue(sending_broker(own.url), TRANSLATE, translation)
            while not stream(client):
                assert time.monotonic() - started < 15
        print(f"back at work {time.monotonic() - started:.1f} s after Redis came back")


def test_workers_restarted_one_after_the_other_lose_no_caption(
    doomed_worker: WorkerProcess, server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    with (
        worker_process(server.worker_url, tmp_path / "other", queues=("stt", "translate")) as other,
        ThreadPoolExecutor() as pool,
        listen(store, keys.captions_channel("room")) as channel,
    ):
        other.signal(signal.SIGSTOP)  # so that the first segment is certain to go to the one that is restarted
        at_work = send(store, recordings()["en_ls_198"].pcm(), seq=0)
        deadline = time.monotonic() + 10
        while not store.keys("dramatiq:__acks__.*.stt"):
            assert time.monotonic() < deadline
        ending = pool.submit(doomed_worker.terminate)
        other.signal(signal.SIGCONT)
        following = send(store, JFK, name="room.anna.1", seq=1)
        assert ending.result() == 0
        assert (at_work.id, "en") in {(caption.segment, caption.language) for _, caption in stream(store)}
        while len(stream(store)) < 4:
            channel.next(timeout=30)
        assert len(store.keys(keys.HEARTBEATS)) == 1, "the one that went said goodbye"
    found = sorted((caption.segment, caption.language) for _, caption in stream(store))
    assert found == [(at_work.id, "en"), (at_work.id, "pt"), (following.id, "en"), (following.id, "pt")]


def test_a_worker_of_the_dramatiq_command_ends_without_its_parent(
    server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    module = ("dramatiq", "tasks.worker", "--processes", "1")
    worker = WorkerProcess(server.url, tmp_path / "log", ("translate",), module=module)
    try:
        worker.start()
        assert store.keys(keys.HEARTBEATS)
        master = min(worker.pids)
        os.kill(master, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while len([pid for pid in worker.pids if pid != master]) > 0:
            assert time.monotonic() < deadline, "its child lives on"
            time.sleep(0.1)  # a process that is not our child ends without telling us
    finally:
        worker.kill()


def test_a_worker_is_one_process_and_ends_while_its_models_load(server: RedisServer, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "tasks.worker"]
    environment = {**os.environ, "REDIS_URL": server.url, "WORKER_METRICS_PORT": "0"}
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stderr=output) as process:
        try:
            deadline = time.monotonic() + 30
            while "worker.loading" not in log.read_text():
                assert time.monotonic() < deadline
                time.sleep(0.02)  # it writes to a file
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    assert "worker.ready" not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_worker_that_is_told_to_stop_takes_nothing_more(
    doomed_worker: WorkerProcess, store: redis.Redis, tmp_path: Path
) -> None:
    at_work = send(store, recordings()["en_ls_198"].pcm(), seq=0)
    deadline = time.monotonic() + 10
    while not store.keys("dramatiq:__acks__.*.stt"):
        assert time.monotonic() < deadline
    waiting = send(store, JFK, name="room.anna.1", seq=1)
    assert len(doomed_worker.pids) == 1
    assert doomed_worker.terminate() == 0
    found = {caption.segment for _, caption in stream(store)}
    assert found == {at_work.id}, "what was under way was finished"
    assert store.llen("dramatiq:stt") == 1, f"{waiting.id} is for another worker"
    levels = {json.loads(line)["level"] for line in (tmp_path / "log").read_text().splitlines()}
    assert levels == {"info"}


def test_what_a_worker_cannot_finish_in_time_is_left_to_others(
    server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with worker_process(server.worker_url, log, queues=("stt",), extra={"WORKER_STOP_SECONDS": "0"}) as worker:
        longest = (recordings()["en_ls_198"].pcm() * 3)[: int(2 * STT_RATE * MAX_SECONDS)]
        interrupted = send(store, longest, seq=0)
        deadline = time.monotonic() + 10
        while not store.keys("dramatiq:__acks__.*.stt"):
            assert time.monotonic() < deadline
        assert worker.terminate() == 0
    assert "worker.unfinished" in log.read_text()
    assert {json.loads(line)["level"] for line in log.read_text().splitlines()} == {"info"}
    assert stream(store) == []
    left = store.keys("dramatiq:__acks__.*.stt") or store.llen("dramatiq:stt")
    assert left, f"{interrupted.id} is there for whoever looks next"


def test_a_worker_loads_only_what_its_queues_need(server: RedisServer, store: redis.Redis, tmp_path: Path) -> None:
    with worker_process(server.worker_url, tmp_path / "worker.log", queues=("translate",)):
        found = only_beat(store)
    assert (found.queues, found.stt, found.speak) == (["translate"], [], [])
    assert found.translate == ["en>pt", "pt>en"]


def test_a_worker_without_its_model_says_what_to_do(server: RedisServer, store: redis.Redis, tmp_path: Path) -> None:
    assert store.ping()
    log = tmp_path / "worker.log"
    worker = WorkerProcess(server.url, log, ("stt",), extra={"MODELS_DIR": str(tmp_path / "none")})
    with pytest.raises(AssertionError, match="the worker exited"):
        worker.start()
    worker.kill()
    assert "jbcalling models install whisper-base" in log.read_text()


def test_a_worker_whose_later_stages_must_fail_takes_nothing(
    server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    waiting = send(store, JFK, seq=0)
    log = tmp_path / "worker.log"
    worker = WorkerProcess(server.worker_url, log, ("stt", "speak"), extra={"SPEAK_WITH": "pt=nobody"})
    with pytest.raises(AssertionError, match="the worker exited"):
        worker.start()
    worker.kill()
    assert "This worker cannot start: SPEAK_WITH holds" in log.read_text()
    assert (store.llen("dramatiq:stt"), stream(store)) == (1, []), f"{waiting.id} is for another worker"
