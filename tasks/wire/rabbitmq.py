"""The queues in RabbitMQ: what sends to them, and what looks at them.

Messages hold what people say, so none is written to a disk: they are transient, and one that fails is gone instead of
being kept as a dead letter. A server that restarts has lost those that waited (docs/scaling.md).

A process sends over one connection, whichever thread sends. Dramatiq's own broker has one for each thread that ever
sent, which a server closes while the thread has nothing to send; what is sent over it then is lost.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import Middleware
from pika.exceptions import AMQPError, UnroutableError

from tasks.wire import keys
from tasks.wire.redis_client import BRIEF_SECONDS
from tasks.wire.waiting import OWN_QUEUE_SECONDS, BrokerAwayError, Waiting, Waits

HEARTBEAT_SECONDS: Final = 10
"""Seconds of silence after which the server takes a consumer's machine for dead, and gives its messages to others. Of a
process that dies it knows at once."""
ANSWER_SECONDS: Final = 2.0
"""Seconds that a connection may take to be made, or to be taken up again by a server that has no memory left."""
SILENT_MS: Final = 5_000
"""Milliseconds that what was sent may go unacknowledged by the server's machine, until the connection counts as lost:
a sender that is idle answers no heartbeats of the protocol."""
PAUSES: Final = (0.05, 0.5)
"""Seconds before the second and, at most, before each later attempt to send."""

_TRANSIENT: Final = pika.BasicProperties(delivery_mode=1)

T = TypeVar("T")


class TransientBroker(RabbitmqBroker):
    """Sends messages that RabbitMQ has confirmed when `enqueue` returns. For any number of threads."""

    def __init__(
        self,
        url: str,
        middleware: list[Middleware],
        patience: Callable[[], float] = lambda: BRIEF_SECONDS,
    ) -> None:
        """Connects when it is first used.

        Args:
            url: of the server, with a virtual host.
            middleware: Dramatiq's.
            patience: for how many seconds sending is worth trying now.
        """
        super().__init__(url=url, middleware=middleware, confirm_delivery=True)
        self.parameters = _parameters(url, 0)
        self.consuming = _parameters(url, HEARTBEAT_SECONDS)
        """Of connections that somebody looks at all the time, and so answers the server's heartbeats."""
        self.state = SimpleNamespace()  # type: ignore[assignment]  # of all threads, not of each
        self._patience = patience
        self._declared: set[str] = set()
        self._lock = threading.RLock()

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Know a queue, which a worker then takes from; with `ensure` also have the server know it.

        There is none of delayed messages, which are Dramatiq's way of retrying: nothing is retried here.

        Raises:
            BrokerAwayError: the server does not answer.
        """
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)
        if ensure:
            self._reach(lambda: self._declare(queue_name, anew=True))

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put `message` on its queue, perhaps twice should the connection break meanwhile.

        Raises:
            BrokerAwayError: the server has not taken it for as long as is worth trying.
        """
        began, pause = time.monotonic(), PAUSES[0]
        self.emit_before("enqueue", message, delay)
        while True:
            try:
                self._reach(lambda: self._publish(message))
                break
            except BrokerAwayError:
                if time.monotonic() - began >= self._patience():
                    raise
            time.sleep(pause)
            pause = min(2 * pause, PAUSES[1])
        self.emit_after("enqueue", message, delay)
        return message

    def waiting(self, queue: str) -> Waiting:
        """What waits in a queue: its head is taken, read and given back, to where it was.

        Raises:
            BrokerAwayError: the server does not answer.
        """
        return self._reach(lambda: self._peek(queue))

    def _publish(self, message: dramatiq.Message[Any]) -> None:
        self._declare(message.queue_name)
        try:
            self.channel.basic_publish("", message.queue_name, message.encode(), _TRANSIENT, mandatory=True)
        except UnroutableError:  # one of a worker that took nothing for too long, or deleted by somebody
            self._declare(message.queue_name, anew=True)
            self.channel.basic_publish("", message.queue_name, message.encode(), _TRANSIENT, mandatory=True)

    def _peek(self, queue: str) -> Waiting:
        self._declare(queue)
        method, _, body = self.channel.basic_get(queue)
        if method is None:
            return Waiting(0, None)
        self.channel.basic_nack(method.delivery_tag, requeue=True)
        return Waiting.headed_by(body, method.message_count + 1)

    def _declare(self, queue: str, *, anew: bool = False) -> None:
        if anew or queue not in self._declared:
            expires = {"x-expires": OWN_QUEUE_SECONDS * 1000} if keys.is_own(queue) else {}
            self.channel.queue_declare(queue, durable=True, arguments=expires)
            self._declared.add(queue)

    def _reach(self, ask: Callable[[], T]) -> T:
        """What the server answers, over a connection that no other thread uses meanwhile."""
        with self._lock:
            try:
                return ask()
            except (AMQPError, OSError) as error:
                del self.connection
                self._declared.clear()
                raise BrokerAwayError(type(error).__name__) from None  # type: ignore[no-untyped-call]


class WaitsInRabbitmq(Waits):
    """Looks over a connection of its own, in a thread of its own: a server that hangs holds up nobody who sends."""

    def __init__(self, url: str) -> None:
        self._broker = TransientBroker(url, [], lambda: 0.0)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="waits")

    async def of(self, queue: str) -> Waiting:
        """What waits in a queue.

        Raises:
            BrokerAwayError: the server does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._broker.waiting, queue)

    async def aclose(self) -> None:
        """Look no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._broker.close)


def _parameters(url: str, heartbeat: int) -> pika.URLParameters:
    parameters = pika.URLParameters(url)
    parameters.heartbeat = heartbeat
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = ANSWER_SECONDS
    parameters.blocked_connection_timeout = ANSWER_SECONDS
    parameters.tcp_options = {"TCP_USER_TIMEOUT": SILENT_MS}
    return parameters
