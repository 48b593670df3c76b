"""A worker's sign of life: what this process serves, four times a second, for as long as it lives."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Collection

import msgspec
import redis

from tasks import metrics
from tasks.actors.api_package_offer import offered
from tasks.serving import Engines
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode

logger = logging.getLogger(__name__)


class HeartbeatThread(threading.Thread):
    """Says what the process serves until `stop`, and ends a process of the `dramatiq` command whose parent has died."""

    def __init__(
        self,
        client: redis.Redis,
        worker: str,
        engines: Callable[[], Engines],
        queues: list[str],
        *,
        listens: bool,
        held: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Made when the first engines are loaded.

        Args:
            client: where to say it.
            worker: what the process calls itself.
            engines: those that are loaded.
            queues: those that it takes messages from.
            listens: whether it also takes them from a queue of its own.
            held: those of `queues` from which it takes none yet.
        """
        super().__init__(name="heartbeat", daemon=True)
        self.worker = worker
        self._listens = listens
        self._client = client
        self._engines = engines
        self._queues = queues
        self._held = held
        self._described: tuple[Engines, Heartbeat] | None = None
        self._stopped = threading.Event()
        self._parent = os.getppid() if multiprocessing.parent_process() else None

    def run(self) -> None:
        """Beat every `keys.HEARTBEAT_EVERY`."""
        reachable = True
        while not self._stopped.wait(keys.HEARTBEAT_EVERY):
            if self._parent not in (None, os.getppid()):
                logger.error("The process that started this worker has died: stopping")
                os.kill(os.getpid(), signal.SIGTERM)
                return
            try:
                self.beat()
                reachable = True
            except redis.RedisError as error:
                if reachable:
                    logger.error("Redis does not answer, so nobody knows that this worker is alive: %s", error)
                reachable = False

    def beat(self) -> None:
        """Say it once."""
        held = self._held()
        heartbeat = msgspec.structs.replace(
            self._description(),
            at=time.time(),
            costs=self._engines().costs(),
            queues=[queue for queue in self._queues if queue not in held],
            loading=[queue for queue in self._queues if queue in held],
        )
        self._client.set(keys.heartbeat(self.worker), encode(heartbeat), ex=keys.HEARTBEAT_TTL)
        metrics.HEARTBEATS.inc()

    def _description(self) -> Heartbeat:
        """A heartbeat of the engines there are now, made once for each set: they are replaced as a whole."""
        engines = self._engines()
        if self._described is None or self._described[0] is not engines:
            described = Heartbeat(
                worker=self.worker,
                at=0.0,
                queues=[],
                stt=engines.stt.services(),
                streams=engines.streams() if self._listens else [],
                translate=engines.translation.services(),
                drafts=engines.drafts(),
                speak=engines.tts.services(),
                unclear=engines.unclear(),
                off=engines.off,
                engines=offered(engines),
            )
            self._described = engines, described
        return self._described[1]

    def stop(self) -> None:
        """Fall silent at once, and say so: the edge need not wait for the last heartbeat to grow old."""
        self._stopped.set()
        self.join()
        try:
            self._client.delete(keys.heartbeat(self.worker))
        except redis.RedisError as error:
            logger.warning("The last heartbeat could not be withdrawn and will expire: %s", error)
