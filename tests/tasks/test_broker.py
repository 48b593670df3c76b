from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import dramatiq
import psutil
import pytest
import redis
from dramatiq.middleware import CurrentMessage

from ops.harness.redis_server import RedisServer, redis_server
from tasks.middleware.redis_outage import RedisOutage, retry_seconds
from tasks.redis_broker import DEAD_AFTER_SECONDS, RedisWorkerBroker
from tasks.wire.redis_client import BRIEF_SECONDS, connect
from tasks.wire.redis_queues import WakingBroker


@pytest.fixture
def broker(server: RedisServer, store: redis.Redis) -> Iterator[RedisWorkerBroker]:
    """A broker without our actors, so that a worker can run in this process."""
    assert store.dbsize() == 0
    made = RedisWorkerBroker(client=connect(server.url), middleware=[CurrentMessage()], maintenance_chance=1_000_000)  # type: ignore[no-untyped-call]
    yield made
    made.close()


@pytest.fixture
def worker(broker: RedisWorkerBroker) -> Iterator[dramatiq.Worker]:
    running = dramatiq.Worker(broker, worker_threads=3)
    running.start()
    yield running
    running.stop(timeout=10_000)


def test_a_message_starts_at_once_and_an_idle_worker_is_idle(
    broker: RedisWorkerBroker, worker: dramatiq.Worker, server: RedisServer
) -> None:
    """Prints the latency and the idle cost; asserts only that every message is run."""
    waits: list[float] = []
    done = threading.Event()

    def note(sent: float) -> None:
        waits.append(time.time() - sent)
        done.set()

    actor = dramatiq.actor(queue_name="stt", broker=broker)(note)
    for queue in ("translate", "speak"):
        broker.declare_queue(queue)
    for _ in range(100):
        done.clear()
        time.sleep(0.01)  # lets the consumer go idle again, which is the case to be measured
        actor.send(time.time())
        assert done.wait(5)
    assert len(worker.consumers) == 6, "three queues and their delay queues"
    redis_process = psutil.Process(server.pid)
    before = (time.process_time(), sum(redis_process.cpu_times()[:2]))
    time.sleep(2)
    ours, redis_s = time.process_time() - before[0], sum(redis_process.cpu_times()[:2]) - before[1]
    waits.sort()
    print(
        f"enqueue to start: median {waits[50] * 1e3:.1f} ms, p95 {waits[94] * 1e3:.1f} ms, max {waits[-1] * 1e3:.1f} ms"
    )
    print(f"idle worker: {ours / 2:.1%} of a core, Redis {redis_s / 2:.1%}")
    assert len(waits) == 100


def test_a_process_takes_one_message_of_a_queue_at_a_time(broker: RedisWorkerBroker, worker: dramatiq.Worker) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        begun.release()
        assert go_on.wait(10)

    actor = dramatiq.actor(queue_name="stt", broker=broker)(wait)
    for _ in range(3):
        actor.send()
    assert begun.acquire(timeout=5)
    assert not begun.acquire(timeout=0.3), "the second must wait for the first, or for another process"
    assert broker.client.llen("dramatiq:stt") == 2
    go_on.set()
    assert begun.acquire(timeout=5)
    assert begun.acquire(timeout=5)
    assert worker.worker_threads == 3


def test_a_message_is_found_though_its_token_was_lost(broker: RedisWorkerBroker, worker: dramatiq.Worker) -> None:
    done = threading.Event()
    actor = dramatiq.actor(actor_name="set", queue_name="stt", broker=broker)(done.set)
    message = actor.message()
    assert worker.consumers
    super(WakingBroker, broker).enqueue(message)
    assert done.wait(5)


def test_messages_of_a_dead_worker_are_run_by_another(broker: RedisWorkerBroker, server: RedisServer) -> None:
    done = threading.Event()
    actor = dramatiq.actor(actor_name="set", queue_name="stt", broker=broker)(done.set)
    actor.send()
    dead = RedisWorkerBroker(client=connect(server.url), middleware=[])  # type: ignore[no-untyped-call]
    assert next(iter(dead.consume("stt"))), "taken by a worker that is never heard of again"
    broker.heartbeat_timeout = int(DEAD_AFTER_SECONDS * 1000)
    started = time.monotonic()
    worker = dramatiq.Worker(broker, worker_threads=1)
    worker.start()
    try:
        assert done.wait(DEAD_AFTER_SECONDS + 5)
        assert time.monotonic() - started > DEAD_AFTER_SECONDS / 2
    finally:
        worker.stop(timeout=10_000)


def test_an_actor_waits_for_redis_until_its_worker_stops_and_others_wait_briefly(broker: RedisWorkerBroker) -> None:
    def tries(client: redis.Redis) -> float:
        began = time.monotonic()
        with pytest.raises(redis.ConnectionError):
            client.get("anything")
        return time.monotonic() - began

    message = dramatiq.MessageProxy(dramatiq.actor(actor_name="any", queue_name="stt", broker=broker)(print).message())
    outage = RedisOutage()
    with redis_server() as own, connect(own.url, retry_seconds) as client:
        assert client.ping(), "the connection is open when Redis goes: broken and made anew are tried alike"
        own.stop()
        assert tries(client) == pytest.approx(BRIEF_SECONDS, abs=1.0)
        broker.emit_before("process_message", message)
        worker = dramatiq.Worker(broker)
        outage.before_worker_boot(broker, worker)
        stopping = threading.Timer(BRIEF_SECONDS + 2.0, outage.before_worker_shutdown, (broker, worker))
        stopping.start()
        try:
            assert tries(client) == pytest.approx(BRIEF_SECONDS + 2.0, abs=1.0)
        finally:
            broker.emit_after("process_message", message)
            outage.before_worker_boot(broker, worker)
