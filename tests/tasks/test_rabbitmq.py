"""The queues in RabbitMQ instead of Redis."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dramatiq
import dramatiq.worker
import pika
import pytest
import redis
from dramatiq.middleware import CurrentMessage
from pika.exceptions import ChannelClosedByBroker

from ops.harness.rabbitmq_server import RabbitmqServer
from ops.harness.redis_server import RedisServer
from ops.harness.waiting import until
from ops.harness.worker import worker_process
from tasks.rabbitmq_broker import RabbitmqWorkerBroker
from tasks.wire import keys
from tasks.wire.messages import Translation
from tasks.wire.queues import TRANSLATE, enqueue, sending_broker
from tasks.wire.rabbitmq import WaitsInRabbitmq
from tasks.wire.redis_client import BRIEF_SECONDS
from tasks.wire.waiting import BrokerAwayError
from tests.support.channels import stream
from tests.support.rabbitmq import rabbitmq_server
from tests.tasks.messages import segment

QUEUE = "stt"
SAID = "something-that-nobody-may-find-on-a-disk"
TAKE_ONE = f"""
import sys, time
from tasks.rabbitmq_broker import RabbitmqWorkerBroker
assert next(iter(RabbitmqWorkerBroker(sys.argv[1], []).consume({QUEUE!r})))
print("taken", flush=True)
time.sleep(60)
"""
"""A program that begins with a message and never ends it."""


@pytest.fixture(scope="module")
def server_of_queues() -> Iterator[RabbitmqServer]:
    with rabbitmq_server() as running:
        yield running


@pytest.fixture
def rabbitmq(server_of_queues: RabbitmqServer) -> Iterator[RabbitmqServer]:
    """A server with none of our queues."""
    yield server_of_queues
    with channel_to(server_of_queues) as channel:
        for queue in (QUEUE, "translate", "speak", keys.own_queue("w")):
            channel.queue_delete(queue)


@contextmanager
def channel_to(server: RabbitmqServer) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(server.url)) as connection:
        yield connection.channel()


@pytest.fixture
def broker(rabbitmq: RabbitmqServer) -> Iterator[RabbitmqWorkerBroker]:
    """A broker without our actors, so that a worker can run in this process."""
    made = RabbitmqWorkerBroker(rabbitmq.url, [CurrentMessage()])
    yield made
    made.close()


@pytest.fixture
async def waits(rabbitmq: RabbitmqServer) -> AsyncIterator[WaitsInRabbitmq]:
    looking = WaitsInRabbitmq(rabbitmq.url)
    yield looking
    await looking.aclose()


@contextmanager
def working(broker: RabbitmqWorkerBroker) -> Iterator[dramatiq.Worker]:
    worker = dramatiq.Worker(broker, worker_threads=3, worker_timeout=100)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(timeout=10_000)


def actor(broker: dramatiq.Broker, function: Callable[..., None]) -> dramatiq.Actor[..., None]:
    return dramatiq.actor(actor_name="act", queue_name=QUEUE, broker=broker)(function)


def test_a_message_starts_at_once(broker: RabbitmqWorkerBroker) -> None:
    """Prints the latency; asserts only that every message is run."""
    waited: list[float] = []
    done = threading.Event()

    def note(sent: float) -> None:
        waited.append(time.time() - sent)
        done.set()

    act = actor(broker, note)
    with working(broker):
        for _ in range(50):
            done.clear()
            act.send(time.time())
            assert done.wait(5)
    waited.sort()
    print(f"enqueue to start: median {waited[25] * 1e3:.1f} ms, max {waited[-1] * 1e3:.1f} ms")


async def test_a_process_takes_one_message_at_a_time_and_the_age_is_that_of_the_oldest_that_waits(
    broker: RabbitmqWorkerBroker, waits: WaitsInRabbitmq
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def wait(_name: str) -> None:
        begun.release()
        assert go_on.wait(10)

    act = actor(broker, wait)
    assert await waits.of(QUEUE) == (0, None)
    with working(broker):
        act.send("first")
        assert begun.acquire(timeout=5)
        assert await waits.of(QUEUE) == (0, None), "what is being worked on does not wait"
        message = act.message("second")
        broker.enqueue(message.copy(message_timestamp=int(time.time() * 1000) - 5_000))
        act.send("third")
        for _ in range(3):  # looking changes nothing
            depth, age = await waits.of(QUEUE)
            assert depth == 2
            assert age is not None
            assert 5 <= age < 7
        assert not begun.acquire(timeout=0.3), "the second waits for the first, or for another process"
        go_on.set()
        assert begun.acquire(timeout=5)
        assert begun.acquire(timeout=5)


async def test_a_queue_that_is_held_is_left_alone_and_a_worker_that_stops_leaves_what_waits_to_others(
    broker: RabbitmqWorkerBroker, waits: WaitsInRabbitmq, rabbitmq: RabbitmqServer
) -> None:
    done = threading.Event()
    broker.held = frozenset({QUEUE})
    act = actor(broker, done.set)
    with working(broker):
        act.send()
        assert not done.wait(0.5)
        assert (await waits.of(QUEUE)).depth == 1
        broker.held = frozenset()
        assert done.wait(5)
        done.clear()
        broker.stop_fetching()
        await until(lambda: nobody_takes(rabbitmq), within=5)
        act.send()
        assert (await waits.of(QUEUE)).depth == 1
        assert not done.is_set()


async def nobody_takes(server: RabbitmqServer) -> bool:
    with channel_to(server) as channel:
        return bool(channel.queue_declare(QUEUE, passive=True).method.consumer_count == 0)


def test_no_word_is_on_a_disk_and_what_fails_is_gone(broker: RabbitmqWorkerBroker, rabbitmq: RabbitmqServer) -> None:
    failed = threading.Event()

    def fail(_said: str) -> None:
        failed.set()
        raise RuntimeError("as it happens")

    act = actor(broker, fail)
    with working(broker):
        act.send(SAID)
        assert failed.wait(5)
    for _ in range(100):
        act.send(SAID)
    with channel_to(rabbitmq) as channel:
        _, properties, body = channel.basic_get(QUEUE, auto_ack=True)
        assert SAID.encode() in body
        assert properties.delivery_mode == pika.DeliveryMode.Transient.value
        with pytest.raises(ChannelClosedByBroker, match="no queue"):
            channel.queue_declare(f"{QUEUE}.XQ", passive=True)
    files = [path for path in rabbitmq.folder.rglob("*") if path.is_file()]
    assert any(QUEUE.encode() in path.read_bytes() for path in files), "the names of queues are"
    assert not [path for path in files if SAID.encode() in path.read_bytes()]


def test_what_a_worker_had_that_died_is_run_by_another_at_once(
    broker: RabbitmqWorkerBroker, rabbitmq: RabbitmqServer
) -> None:
    done = threading.Event()
    actor(broker, done.set).send()
    dying = subprocess.Popen([sys.executable, "-c", TAKE_ONE, rabbitmq.url], stdout=subprocess.PIPE)
    assert dying.stdout
    assert dying.stdout.readline().strip() == b"taken"
    with working(broker):
        assert not done.wait(0.3)
        dying.kill()
        assert done.wait(2)
    dying.communicate()


def test_the_queue_of_a_worker_comes_and_goes(broker: RabbitmqWorkerBroker, rabbitmq: RabbitmqServer) -> None:
    own = keys.own_queue("w")
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=own, actor_name="listen", args=(), kwargs={}, options={}
    )
    for _ in range(2):
        broker.enqueue(message)
        with channel_to(rabbitmq) as channel:
            assert channel.basic_get(own, auto_ack=True)[2] is not None
            channel.queue_delete(own)  # as it is after a while without a worker


@pytest.mark.usefixtures("models")
def test_a_worker_works_by_rabbitmq_and_publishes_by_redis(
    rabbitmq: RabbitmqServer, server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    message = segment(read=["pt"], hear=[])
    asked = Translation(segment=message, text="Good morning.", target="pt", timeline=message.timeline)
    extra = {"BROKER_URL": rabbitmq.url}
    with worker_process(server.worker_url, tmp_path / "log", queues=("translate",), extra=extra):
        enqueue(sending_broker(rabbitmq.url), TRANSLATE, asked)
        deadline = time.monotonic() + 20
        while not (found := stream(store)):
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.02)
    assert [caption.language for _, caption in found] == ["pt"]
    assert not store.keys(f"{keys.DRAMATIQ}*"), "the queues are elsewhere"


async def test_a_server_that_restarts_loses_what_waited_and_work_goes_on(
    rabbitmq: RabbitmqServer, waits: WaitsInRabbitmq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dramatiq.worker, "CONSUMER_RESTART_DELAY_SECS", 0.5)
    broker = RabbitmqWorkerBroker(rabbitmq.url, [CurrentMessage()])
    sending, done = sending_broker(rabbitmq.url), threading.Event()
    broker.held = frozenset({QUEUE})
    act = actor(broker, lambda _name: done.set())
    with working(broker):
        sending.enqueue(act.message("lost"))
        rabbitmq.stop()
        began = time.monotonic()
        with pytest.raises(BrokerAwayError):
            sending.enqueue(act.message("refused"))
        assert time.monotonic() - began == pytest.approx(BRIEF_SECONDS, abs=1.0)
        with pytest.raises(OSError, match="AMQP"):
            await waits.of(QUEUE)
        rabbitmq.start()
        assert await waits.of(QUEUE) == (0, None)
        broker.held = frozenset()
        sending.enqueue(act.message("after"))
        assert done.wait(10)
    broker.close()
    sending.close()
