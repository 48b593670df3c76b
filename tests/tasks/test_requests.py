"""API requests on the batch queue: calls come first, and whoever waits is told when it fails. No models."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Iterator
from typing import Any

import dramatiq
import pytest
import redis
from dramatiq.middleware import CurrentMessage

from ops.harness.redis_server import RedisServer
from tasks import broker as worker_broker
from tasks.actors import replies
from tasks.call_priority import CallPriority
from tasks.engines.base import EngineError
from tasks.middleware.calls_first import CallsFirst
from tasks.middleware.failure_reply import FailureReply
from tasks.middleware.max_attempts import MAX_ATTEMPTS, MaxAttempts
from tasks.redis_broker import RedisWorkerBroker
from tasks.wire import keys
from tasks.wire.messages import Timeline, Translation, encode, from_payload, to_payload
from tasks.wire.queues import TRANSLATE, message_of
from tasks.wire.redis_client import connect
from tasks.wire.requests import Detected, Detection, Failed, Reply, TextTranslation, Translated, decode_reply
from tests.tasks.in_thread import use_broker
from tests.tasks.messages import segment

REQUEST = Detection(request="r", deadline=time.time() + 86_400, texts=["secret"])


@pytest.fixture
def broker(server: RedisServer, store: redis.Redis) -> Iterator[RedisWorkerBroker]:
    """A broker with the middleware that concerns requests, and none of our actors."""
    assert store.dbsize() == 0

    client = connect(server.url)
    middleware = [CurrentMessage(), MaxAttempts(client), CallsFirst(CallPriority()), FailureReply(client)]
    made = RedisWorkerBroker(client=client, middleware=middleware)  # type: ignore[no-untyped-call]
    yield made
    made.close()


@pytest.fixture
def work(broker: RedisWorkerBroker) -> Iterator[None]:
    """A worker with a thread for each queue, started when the test uses it."""
    running = dramatiq.Worker(broker, worker_threads=4)
    running.start()
    yield
    running.stop(timeout=10_000)


def reply(store: redis.Redis) -> Reply:
    found = store.blpop([keys.replies("r")], timeout=10)
    assert found is not None
    assert isinstance(found[1], bytes)
    return decode_reply(found[1])


@pytest.mark.usefixtures("work")
def test_calls_come_first(broker: RedisWorkerBroker) -> None:
    in_call, hang_up, done = threading.Event(), threading.Event(), threading.Event()
    order: list[str] = []

    def call() -> None:
        in_call.set()
        assert hang_up.wait(10)
        order.append("call")

    def batch(payload: dict[str, Any]) -> None:
        assert payload["request"] == "r"
        order.append("batch")
        done.set()

    calling = dramatiq.actor(queue_name="stt", broker=broker)(call)
    asking = dramatiq.actor(queue_name=keys.BATCH, broker=broker)(batch)
    calling.send()
    assert in_call.wait(5)
    asking.send(to_payload(REQUEST))
    assert not done.wait(0.5), "it holds back"
    hang_up.set()
    assert done.wait(5)
    assert order == ["call", "batch"]


def test_a_call_without_end_holds_a_request_back_for_a_while_only() -> None:
    call_priority = CallPriority()
    assert call_priority.give_way() < 0.1
    call_priority.began("stt")
    call_priority.began(keys.BATCH)  # does not count
    assert call_priority.give_way(longest=0.05) >= 0.05
    threading.Timer(0.05, call_priority.ended, ["stt"]).start()
    assert call_priority.give_way(longest=30) < 30


def test_a_worker_is_not_held_back_by_what_one_before_it_in_this_process_was_killed_at(server: RedisServer) -> None:
    timeline = Timeline(speech_start=0, speech_end=0, closed=0)
    message = message_of(TRANSLATE, Translation(segment=segment(), text="Hello.", target="pt", timeline=timeline))
    for _ in range(2):
        use_broker(server.url)
        current = worker_broker.current()
        assert current.calls.give_way(longest=0.05) < 0.05
        contextvars.copy_context().run(current.emit_before, "process_message", dramatiq.MessageProxy(message))
        assert current.calls.give_way(longest=0.05) >= 0.05


@pytest.mark.usefixtures("work")
def test_whoever_waits_is_told_why_it_failed(broker: RedisWorkerBroker, store: redis.Redis) -> None:
    def engine(payload: dict[str, Any]) -> None:
        raise EngineError(f"no engine for {len(payload)}")

    def bug(payload: dict[str, Any]) -> None:
        raise ValueError(payload["text"])

    for actor, reason in ((engine, "engine"), (bug, "bug")):
        dramatiq.actor(queue_name=keys.BATCH, broker=broker)(actor).send(to_payload(REQUEST))
        failed = reply(store)
        assert isinstance(failed, Failed)
        assert failed.reason == reason
        assert "secret" not in failed.message, "what was said is not told on"


@pytest.mark.usefixtures("work")
def test_a_request_that_kills_workers_is_given_up(broker: RedisWorkerBroker, store: redis.Redis) -> None:
    def never(payload: dict[str, Any]) -> None:
        pytest.fail(f"begun again: {payload}")

    actor = dramatiq.actor(queue_name=keys.BATCH, broker=broker)(never)
    message = actor.message(to_payload(REQUEST))
    store.set(keys.attempts(message.message_id), MAX_ATTEMPTS)
    broker.enqueue(message)
    failed = reply(store)
    assert isinstance(failed, Failed)
    assert failed.reason == "given_up"


def test_replies_travel_and_expire(store: redis.Redis) -> None:
    assert not replies.awaited(store, REQUEST)
    store.set(keys.awaited("r"), 1)
    assert replies.awaited(store, REQUEST)
    assert not replies.awaited(store, Detection(request="r", deadline=time.time() - 1, texts=["x"]))
    replies.send(store, "r", Detected(languages=[{"en": 1.0}]))
    assert 0 < store.ttl(keys.replies("r")) <= keys.REPLY_TTL
    assert reply(store) == Detected(languages=[{"en": 1.0}])
    translated = Translated(texts=["a"], engine="e", draft=False)
    assert decode_reply(encode(translated)) == translated
    asked = TextTranslation(request="r", deadline=1.0, texts=["a"], source="en", target="pt")
    assert from_payload(to_payload(asked), TextTranslation) == asked
