"""A worker's broker on Redis, its consumers woken instead of polling.

Dramatiq's own consumer sleeps up to a second between looks, or, told to look every 10 ms, keeps a tenth of a core busy
doing so. Here idle consumers block on the tokens that `tasks.wire.redis_queues` leaves: a message starts within a
millisecond or two and an idle worker costs next to nothing. A lost token costs at most `LOOK_EVERY_SECONDS`.
"""

from __future__ import annotations

import threading
import time
from typing import Final

import dramatiq
import redis
from dramatiq.brokers.redis import _RedisConsumer
from dramatiq.common import q_name
from dramatiq.errors import ConnectionClosed

from tasks.taking import LOOK_AGAIN_SECONDS, LOOK_EVERY_SECONDS, PREFETCH, WorkerBroker
from tasks.wire.redis_queues import WakingBroker

DEAD_AFTER_SECONDS: Final = 4.0
"""Seconds without a sign of life after which a worker's unfinished messages are given to others."""

DEAD_LETTER_SECONDS: Final = 3_600
"""Seconds that failed messages can be looked at."""

STOP_TOKENS: Final = 64
"""Tokens that wake the consumers of a process that stops: more than it has."""


class RedisWorkerBroker(WorkerBroker, WakingBroker):
    """A broker whose consumers can be woken."""

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """The consumer that can be woken."""
        return WokenConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:
        """A consumer of `queue_name`; of the work queues it takes `PREFETCH` messages at once."""
        delayed = q_name(queue_name) != queue_name
        return super().consume(queue_name, prefetch if delayed else PREFETCH, timeout)

    def stop_fetching(self) -> None:
        """Take no more messages, and wake idle consumers to see that."""
        super().stop_fetching()
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

    broker: RedisWorkerBroker

    def __init__(self, broker: RedisWorkerBroker, queue_name: str, prefetch: int, timeout: int) -> None:
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
