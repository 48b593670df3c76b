"""Worker processes as ours are, with an actor that only says when it has begun."""

from __future__ import annotations

import logging
import multiprocessing
import queue
import time
from multiprocessing.queues import Queue
from types import TracebackType
from typing import Final, NamedTuple, Self

import dramatiq
import dramatiq.worker
import structlog

from tasks.broker import worker_broker
from tasks.wire.queues import TRANSLATE

ACTOR: Final = "began"
READY: Final = -1
"""Number of what a worker says when it is up."""


class Began(NamedTuple):
    """A message has begun to be worked on."""

    number: int
    waited: float
    """Seconds since it was sent."""
    at: float
    """Epoch seconds."""


def work(redis_url: str, broker_url: str, told: Queue[Began]) -> None:
    """Be a worker until this process is ended."""
    logging.disable(logging.CRITICAL)  # neither each message nor a restart of the server is news here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = 0.5  # as in `tasks.worker`
    broker = worker_broker(redis_url, broker_url)

    def began(number: int, sent: float, _filling: str) -> None:
        now = time.time()
        told.put(Began(number, now - sent, now))

    dramatiq.actor(actor_name=ACTOR, queue_name=TRANSLATE.queue, broker=broker)(began)
    dramatiq.Worker(broker, worker_threads=2, worker_timeout=100).start()
    told.put(Began(READY, 0.0, time.time()))
    while True:
        time.sleep(60)


class Workers:
    """So many workers, ended with the block."""

    def __init__(self, redis_url: str, broker_url: str, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._told: Queue[Began] = context.Queue()
        arguments = (redis_url, broker_url, self._told)
        self._processes = [context.Process(target=work, args=arguments, daemon=True) for _ in range(count)]

    def __enter__(self) -> Self:
        for process in self._processes:
            process.start()
        self.took(len(self._processes), within=60)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
            process.join()

    def took(self, count: int, within: float) -> list[Began]:
        """The next so many that have begun.

        Raises:
            TimeoutError: there are fewer within so many seconds.
        """
        deadline, found = time.monotonic() + within, list[Began]()
        while len(found) < count:
            try:
                found.append(self._told.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise TimeoutError(f"{len(found)} of {count} messages have begun within {within} s") from None
        return found

    def rest(self, quiet: float) -> list[Began]:
        """All that have begun, once none has for so many seconds."""
        found = list[Began]()
        while True:
            try:
                found += self.took(1, quiet)
            except TimeoutError:
                return found
