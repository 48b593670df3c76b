"""The broker of a worker process: Dramatiq with our middleware, over Redis or, by BROKER_URL, over RabbitMQ."""

from __future__ import annotations

import os
import secrets
import socket

import dramatiq
import redis
from dramatiq.brokers.redis import MAINTENANCE_SCALE
from dramatiq.middleware import CurrentMessage, Middleware, Retries

from tasks.call_priority import CallPriority
from tasks.middleware.actor_metrics import ActorMetrics
from tasks.middleware.calls_first import CallsFirst
from tasks.middleware.failure_reply import FailureReply
from tasks.middleware.max_attempts import MaxAttempts
from tasks.middleware.no_clip_on_failure import NoClipOnFailure
from tasks.middleware.redis_outage import RedisOutage, retry_seconds
from tasks.redis_broker import DEAD_AFTER_SECONDS, DEAD_LETTER_SECONDS, RedisWorkerBroker
from tasks.taking import WorkerBroker
from tasks.wire.redis_client import connect


def worker_broker(redis_url: str, broker_url: str = "") -> WorkerBroker:
    """A broker with our middleware, which connects when it is first used.

    Args:
        redis_url: of the Redis server.
        broker_url: of the RabbitMQ server that holds the queues; empty: Redis does.
    """
    store, calls = connect(redis_url, retry_seconds), CallPriority()
    middleware = [
        Retries(max_retries=0),
        CurrentMessage(),
        MaxAttempts(store),
        CallsFirst(calls),
        NoClipOnFailure(store),
        FailureReply(store),
        ActorMetrics(),
        RedisOutage(),
    ]
    broker: WorkerBroker
    if broker_url:
        from tasks.rabbitmq_broker import RabbitmqWorkerBroker

        broker = RabbitmqWorkerBroker(broker_url, middleware, retry_seconds)
    else:
        broker = _on_redis(store, middleware)
    broker.store, broker.worker, broker.calls = store, _own_name(), calls
    return broker


def _on_redis(store: redis.Redis, middleware: list[Middleware]) -> RedisWorkerBroker:
    return RedisWorkerBroker(  # type: ignore[no-untyped-call]
        client=store,
        middleware=middleware,
        # Every look for messages also looks for dead workers: with so few looks a lottery would take minutes.
        maintenance_chance=MAINTENANCE_SCALE,
        heartbeat_timeout=int(DEAD_AFTER_SECONDS * 1000),
        dead_message_ttl=DEAD_LETTER_SECONDS * 1000,
    )


def _own_name() -> str:
    host = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in socket.gethostname())
    return f"{host[:40]}.{os.getpid()}.{secrets.token_hex(4)}"


_broker: WorkerBroker | None = None


def use(broker: WorkerBroker) -> None:
    """Make `broker` the one of this process: the entry point does so, once."""
    global _broker
    _broker = broker
    dramatiq.set_broker(broker)


def current() -> WorkerBroker:
    """The broker of this process.

    Raises:
        RuntimeError: it has none; only workers do.
    """
    if _broker is None:
        raise RuntimeError("this process has no broker: run actors in a worker (`python -m tasks.worker`)")
    return _broker


def store() -> redis.Redis:
    """The client that actors read from and publish with."""
    return current().store


def message_id() -> str:
    """Id of the message this thread works on; it stays the same when a message is run again."""
    message = CurrentMessage.get_current_message()
    return message.message_id if message else "direct"
