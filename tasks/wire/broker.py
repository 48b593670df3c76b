"""The message broker: Dramatiq over Redis, waking its consumers instead of letting them poll.

Dramatiq's own consumer sleeps up to a second between looks, or, told to look every 10 ms, keeps a tenth of a core busy
doing so. Here every enqueue leaves a token in a list that idle consumers block on: a message starts within a
millisecond or two and an idle worker costs next to nothing. A lost token costs at most `LOOK_EVERY`.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import dramatiq
import redis
from dramatiq.brokers.redis import MAINTENANCE_SCALE, RedisBroker, _RedisConsumer, _scripts
from dramatiq.common import q_name
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import CurrentMessage, Retries

from tasks.call_priority import courtesy
from tasks.middleware.actor_metrics import Measure
from tasks.middleware.calls_first import CallsFirst
from tasks.middleware.failure_reply import Answer
from tasks.middleware.max_attempts import Attempts
from tasks.middleware.no_clip_on_failure import GiveUp
from tasks.wire.environment import TaskConfig
from tasks.wire.retry_policy import Haste, Patience

LOOK_EVERY: Final = 1.0
"""Seconds after which a consumer looks for messages though nobody woke it; also how often a worker proves it lives."""

DEAD_AFTER: Final = 4.0
"""Seconds without a sign of life after which a worker's unfinished messages are given to others."""

DEAD_LETTERS_KEPT: Final = 3_600
"""Seconds that failed messages can be looked at."""

PREFETCH: Final = 1
"""Messages of one queue that a process takes at once: a model serves one at a time, and a message that waits here
would wait although another process is idle. More processes serve more."""

STOP_LOOK_SECONDS: Final = 0.1
"""How often a consumer that takes no more messages proves that its worker lives, and looks whether it may end."""

_TOKENS: Final = 64


def connect(url: str) -> redis.Redis:
    """A client that waits out an outage with `Patience` before it raises `redis.ConnectionError`."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=5,
        health_check_interval=0,
        retry=Patience(),
    )


class WakingBroker(RedisBroker):
    """A Redis broker whose idle consumers are woken by `enqueue`."""

    client: redis.Redis
    fetching = True
    """Whether consumers take messages."""

    def connect(self, url: str) -> None:
        """Use the Redis server at `url` from now on; for processes that learn its address after importing this."""
        self.client = connect(url)
        self.scripts = {name: self.client.register_script(script) for name, script in _scripts.items()}

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """The consumer that can be woken."""
        return WokenConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:
        """A consumer of `queue_name`; of the work queues it takes `PREFETCH` messages at once."""
        delayed = q_name(queue_name) != queue_name
        return super().consume(queue_name, prefetch if delayed else PREFETCH, timeout)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put `message` on its queue and wake a consumer of it."""
        enqueued = super().enqueue(message, delay=delay)
        key = self.token_key(enqueued.queue_name)
        with self.client.pipeline(transaction=False) as pipe:
            pipe.lpush(key, 1)
            pipe.ltrim(key, 0, _TOKENS - 1)
            pipe.expire(key, 60)
            pipe.execute()
        return enqueued

    def stop_fetching(self) -> None:
        """Take no more messages: what is waiting is for other workers. Idle consumers are woken to see that.

        For a process that is about to stop its worker, whose threads still finish what they have.
        """
        self.fetching = False
        try:
            self.client.lpush(self.stop_key, *["stop"] * _TOKENS)
            self.client.expire(self.stop_key, 10)
        except redis.RedisError:
            pass  # nobody is woken by a server that is away, and consumers look by themselves

    def token_key(self, queue_name: str) -> str:
        """The list that consumers of this queue block on."""
        return f"{self.namespace}:{queue_name}.wake"

    @property
    def stop_key(self) -> str:
        """The list that all consumers of this process block on beside that."""
        return f"{self.namespace}:__stop__.{self.broker_id}"


class WokenConsumer(_RedisConsumer):
    """A consumer that blocks until there is a message, room for one, or `LOOK_EVERY` has passed."""

    broker: WakingBroker

    def __init__(self, broker: WakingBroker, queue_name: str, prefetch: int, timeout: int) -> None:
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
            if not self.broker.fetching:
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
                    [self.broker.token_key(self.queue_name), self.broker.stop_key], timeout=LOOK_EVERY
                )
            else:
                self._room.wait(LOOK_EVERY)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return None

    def _prove_life(self) -> None:
        self.broker.do_fetch(self.queue_name, 0)
        time.sleep(STOP_LOOK_SECONDS)


def store() -> redis.Redis:
    """The client that actors read from and publish with."""
    return broker.client


def message_id() -> str:
    """Id of the message this thread works on; it stays the same when a message is run again."""
    current = CurrentMessage.get_current_message()
    return current.message_id if current else "direct"


def _make_broker(config: TaskConfig) -> WakingBroker:
    """The broker with our middleware. It connects when it is first used."""
    return WakingBroker(  # type: ignore[no-untyped-call]
        client=connect(config.redis_url),
        middleware=[
            Retries(max_retries=0),
            CurrentMessage(),
            Attempts(store),
            CallsFirst(courtesy),
            GiveUp(store),
            Answer(store),
            Measure(),
            Haste(),
        ],
        # Every look for messages also looks for dead workers: with so few looks a lottery would take minutes.
        maintenance_chance=MAINTENANCE_SCALE,
        heartbeat_timeout=int(DEAD_AFTER * 1000),
        dead_message_ttl=DEAD_LETTERS_KEPT * 1000,
    )


broker: Final = _make_broker(TaskConfig())
"""The broker of this process, for workers and for those who send to them."""

dramatiq.set_broker(broker)
