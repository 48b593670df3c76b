"""The worker's broker: Dramatiq over Redis, its consumers woken instead of polling.

Dramatiq's own consumer sleeps up to a second between looks, or, told to look every 10 ms, keeps a tenth of a core busy
doing so. Here idle consumers block on the tokens that `tasks.wire.queues` leaves: a message starts within a
millisecond or two and an idle worker costs next to nothing. A lost token costs at most `LOOK_EVERY_SECONDS`.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from typing import Final

import dramatiq
import redis
from dramatiq.brokers.redis import MAINTENANCE_SCALE, _RedisConsumer
from dramatiq.common import q_name
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import CurrentMessage, Retries

from tasks.call_priority import call_priority
from tasks.middleware.actor_metrics import ActorMetrics
from tasks.middleware.calls_first import CallsFirst
from tasks.middleware.failure_reply import FailureReply
from tasks.middleware.max_attempts import MaxAttempts
from tasks.middleware.no_clip_on_failure import NoClipOnFailure
from tasks.middleware.redis_outage import RedisOutage, retry_seconds
from tasks.wire.queues import WakingBroker
from tasks.wire.redis_client import connect

LOOK_EVERY_SECONDS: Final = 1.0
"""Seconds after which a consumer looks for messages though nobody woke it; also how often a worker proves it lives."""

DEAD_AFTER_SECONDS: Final = 4.0
"""Seconds without a sign of life after which a worker's unfinished messages are given to others."""

DEAD_LETTER_SECONDS: Final = 3_600
"""Seconds that failed messages can be looked at."""

PREFETCH: Final = 1
"""Messages of one queue that a process takes at once: a model serves one at a time, and a message that waits here
would wait although another process is idle. More processes serve more."""

LOOK_AGAIN_SECONDS: Final = 0.1
"""How often a consumer that takes no messages proves that its worker lives, and looks whether it may end, or begin."""

STOP_TOKENS: Final = 64
"""Tokens that wake the consumers of a process that stops: more than it has."""


class WorkerBroker(WakingBroker):
    """A broker whose consumers can be woken."""

    fetching = True
    """Whether consumers take messages."""
    held: frozenset[str] = frozenset()
    """Queues of which they take none yet: what these need is still being loaded."""
    worker: str
    """What the process calls itself in heartbeats, in the name of its own queue, and as the owner of streams."""

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """The consumer that can be woken."""
        return WokenConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:
        """A consumer of `queue_name`; of the work queues it takes `PREFETCH` messages at once."""
        delayed = q_name(queue_name) != queue_name
        return super().consume(queue_name, prefetch if delayed else PREFETCH, timeout)

    def takes(self, queue_name: str) -> bool:
        """Whether messages of `queue_name` are taken now."""
        return self.fetching and q_name(queue_name) not in self.held

    def stop_fetching(self) -> None:
        """Take no more messages: what is waiting is for other workers. Idle consumers are woken to see that.

        For a process that is about to stop its worker, whose threads still finish what they have.
        """
        self.fetching = False
        try:
            self.client.lpush(self.stop_key, *["stop"] * STOP_TOKENS)
            self.client.expire(self.stop_key, 10)
        except redis.RedisError:
            pass  # nobody is woken by a server that is away, and consumers look by themselves

    @property
    def stop_key(self) -> str:
        """The list that all consumers of this process block on beside their queue's."""
        return f"{self.namespace}:__stop__.{self.broker_id}"


class WokenConsumer(_RedisConsumer):
    """A consumer that blocks until there is a message, room for one, or `LOOK_EVERY_SECONDS` have passed."""

    broker: WorkerBroker

    def __init__(self, broker: WorkerBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)  # type: ignore[no-untyped-call]
        self._room = threading.Event()

    def ack(self, message: dramatiq.MessageProxy) -> None:
        """Mark as done, which makes room for the next."""
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        finally:
            self._room.set()

    def nack(self, message: dramatiq.MessageProxy) -> None:
        """Mark as failed, which makes room for the next."""
        try:
            super().nack(message)  # type: ignore[no-untyped-call]
        finally:
            self._room.set()

    def __next__(self) -> dramatiq.MessageProxy | None:
        try:
            if not self.broker.takes(self.queue_name):
                self._prove_life()
                return None
            self._room.clear()
            room = self.prefetch - self.outstanding_message_count
            if not self.message_cache and room > 0:
                self.message_cache = self.broker.do_fetch(self.queue_name, room)
            if self.message_cache:
                message = dramatiq.Message.decode(self.message_cache.pop(0))
                self.queued_message_ids.add(message.message_id)
                return dramatiq.MessageProxy(message)
            if room > 0:
                self.broker.client.blpop(
                    [self.broker.token_key(self.queue_name), self.broker.stop_key], timeout=LOOK_EVERY_SECONDS
                )
            else:
                self._room.wait(LOOK_EVERY_SECONDS)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return None

    def _prove_life(self) -> None:
        self.broker.do_fetch(self.queue_name, 0)
        time.sleep(LOOK_AGAIN_SECONDS)


def worker_broker(url: str) -> WorkerBroker:
    """A broker with our middleware on the Redis server at `url`. It connects when it is first used."""
    client = connect(url, retry_seconds)
    broker = WorkerBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=[
            Retries(max_retries=0),
            CurrentMessage(),
            MaxAttempts(client),
            CallsFirst(call_priority),
            NoClipOnFailure(client),
            FailureReply(client),
            ActorMetrics(),
            RedisOutage(),
        ],
        # Every look for messages also looks for dead workers: with so few looks a lottery would take minutes.
        maintenance_chance=MAINTENANCE_SCALE,
        heartbeat_timeout=int(DEAD_AFTER_SECONDS * 1000),
        dead_message_ttl=DEAD_LETTER_SECONDS * 1000,
    )
    broker.worker = _own_name()
    return broker


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
    return current().client


def message_id() -> str:
    """Id of the message this thread works on; it stays the same when a message is run again."""
    message = CurrentMessage.get_current_message()
    return message.message_id if message else "direct"
