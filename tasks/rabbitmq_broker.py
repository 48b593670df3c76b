"""A worker's broker on RabbitMQ, which hands messages to idle consumers by itself: nothing need be polled or woken."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import dramatiq
from dramatiq.brokers.rabbitmq import _RabbitmqConsumer
from dramatiq.errors import ConnectionClosed
from pika.exceptions import AMQPError

from tasks.taking import LOOK_AGAIN_SECONDS, PREFETCH, WorkerBroker
from tasks.wire.rabbitmq import TransientBroker


class RabbitmqWorkerBroker(WorkerBroker, TransientBroker):
    """A broker whose consumers take one message at a time, and none while they must not."""

    @property
    def consumer_class(self) -> type[_RabbitmqConsumer]:
        """The consumer that can hold back."""
        return HoldingConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:  # noqa: ARG002
        """A consumer of `queue_name`; it takes `PREFETCH` messages at once."""
        return super().consume(queue_name, PREFETCH, timeout)


class HoldingConsumer(_RabbitmqConsumer):
    """A consumer that is given messages while its broker takes any of its queue."""

    broker: RabbitmqWorkerBroker
    _given = False

    def __init__(self, broker: RabbitmqWorkerBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        # Dramatiq's reads nothing of the broker but how to connect.
        super().__init__(SimpleNamespace(parameters=broker.consuming), queue_name, prefetch, timeout)  # type: ignore[no-untyped-call]
        self.broker = broker

    def ack(self, message: dramatiq.MessageProxy) -> None:
        """Mark as done. Over a connection that is lost that cannot be, and the server has others do it again."""
        with suppress(ConnectionClosed):
            super().ack(message)  # type: ignore[no-untyped-call]

    def nack(self, message: dramatiq.MessageProxy) -> None:
        """Mark as failed; the same."""
        with suppress(ConnectionClosed):
            super().nack(message)  # type: ignore[no-untyped-call]

    def __next__(self) -> dramatiq.MessageProxy | None:
        if self.broker.takes(self.queue_name):
            self._given = True
            return super().__next__()  # type: ignore[no-untyped-call, no-any-return]
        try:
            if self._given:
                self._given = False
                self.channel.cancel()  # what has been given and not begun goes back to its queue
            self.connection.process_data_events(LOOK_AGAIN_SECONDS)
        except AMQPError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return None
