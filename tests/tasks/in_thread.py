"""Actors run in this thread, on the broker of this process."""

from __future__ import annotations

import dramatiq
import redis
from dramatiq.middleware import SkipMessage

from tasks.wire.broker import broker


def sent(store: redis.Redis, queue: str) -> int:
    """How many messages wait in a queue."""
    return int(store.llen(f"dramatiq:{queue}"))


def run(message: dramatiq.Message[None]) -> None:
    """Run one message in this thread with all middleware, as a worker would."""
    proxy = dramatiq.MessageProxy(message)
    try:
        broker.emit_before("process_message", proxy)
        broker.get_actor(message.actor_name)(*message.args)
        broker.emit_after("process_message", proxy, result=None)
    except SkipMessage:
        broker.emit_after("skip_message", proxy)


def run_next(queue: str) -> None:
    """Run the message at the head of a queue in this thread, as a worker would."""
    consumer = broker.consume(queue)
    message = next(iter(consumer))
    assert message is not None, f"nothing waits in {queue}"
    run(message._message)
    consumer.ack(message)
