"""Actors run in this thread, on the broker of this process."""

from __future__ import annotations

import contextvars
from typing import Any

import dramatiq
import redis
from dramatiq.middleware import SkipMessage

from tasks import broker
from tasks.actors import registry


def use_broker(url: str) -> None:
    """Let this process be a worker on the Redis server at `url`, as far as actors go."""
    broker.use(broker.worker_broker(url))
    registry.register(broker.current())


def sent(store: redis.Redis, queue: str) -> int:
    """How many messages wait in a queue."""
    return int(store.llen(f"dramatiq:{queue}"))


def run(message: dramatiq.Message[Any]) -> None:
    """Run one message in this thread with all middleware, as a worker would; one that is killed is current no more."""
    contextvars.copy_context().run(_run, message)


def _run(message: dramatiq.Message[Any]) -> None:
    current, proxy = broker.current(), dramatiq.MessageProxy(message)
    try:
        current.emit_before("process_message", proxy)
        current.get_actor(message.actor_name)(*message.args)
        current.emit_after("process_message", proxy, result=None)
    except SkipMessage:
        current.emit_after("skip_message", proxy)


def run_next(queue: str) -> None:
    """Run the message at the head of a queue in this thread, as a worker would."""
    consumer = broker.current().consume(queue)
    message = next(iter(consumer))
    assert message is not None, f"nothing waits in {queue}"
    run(message._message)
    consumer.ack(message)
