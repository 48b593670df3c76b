"""Loads the engines when a worker process boots, after the fork, and tells the world what it serves.

It serves as they become ready (`tasks.engine_stages`): those that hear are loaded before the process boots, the others
behind its back, and messages for these wait in their queues until then, or go to other workers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import dramatiq
import msgspec
import prometheus_client
import redis
from dramatiq.middleware import Middleware

from tasks import broker as broker_in_use
from tasks import operator_choices, serving
from tasks.adoption import AdoptionThread
from tasks.engine_reload import ReloadThread
from tasks.engine_stages import UNUSABLE, LoadingThread, Stage, stages
from tasks.heartbeat import HeartbeatThread
from tasks.settings import WorkerSettings
from tasks.wire import keys

logger = logging.getLogger(__name__)


class EngineLifecycle(Middleware):
    """Engines, heartbeat and metrics of a worker process. Only the engines of the consumed queues are loaded."""

    def __init__(self, store: Callable[[], redis.Redis], settings: WorkerSettings) -> None:
        self._store = store
        self._settings = settings
        self._heartbeat: HeartbeatThread | None = None
        self._adoption: AdoptionThread | None = None
        self._reload: ReloadThread | None = None
        self._waiting: list[Stage] = []
        self._loading: LoadingThread | None = None

    @property
    def loading(self) -> bool:
        """Whether engines are being loaded."""
        return self._loading is not None and self._loading.is_alive()

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Load the first engines; end the process when a queue would have none."""
        try:
            operator_choices.refresh(self._store())
        except (redis.RedisError, msgspec.DecodeError) as error:
            logger.warning("Starting without the administrators' settings: %s", error)
        first, *self._waiting = stages(_queues(worker))
        broker_in_use.current().held = frozenset(queue for stage in self._waiting for queue in stage.opened)
        try:
            self._reload = ReloadThread(_queues(worker), self._store())
            serving.check(_queues(worker))  # what is known to fail later is to fail before messages are taken
            serving.load(first.loaded, self._settings)
        except UNUSABLE as error:
            logger.critical("This worker cannot start: %s", error)
            raise SystemExit(os.EX_CONFIG) from error

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Start the heartbeat: from now on messages are taken, the other engines loaded, and then new ones noticed."""
        mine = broker_in_use.current()
        own = not worker.consumer_whitelist or keys.own_queue(mine.worker) in worker.consumer_whitelist
        self._heartbeat = HeartbeatThread(
            self._store(), mine.worker, serving.engines, _queues(worker), listens=own, held=lambda: mine.held
        )
        self._heartbeat.start()
        self._adoption = AdoptionThread(mine, mine.worker, lambda: _streams(own=own))
        self._adoption.start()
        self._loading = LoadingThread(mine, self._waiting, self._settings, then=self._all_loaded)
        self._loading.start()

    def _all_loaded(self) -> None:
        # Whoever restarts workers one after the other waits for the port (docs/operations.md).
        _serve_metrics(self._settings.metrics_host, self._settings.metrics_port)
        logger.info("worker.ready")
        if self._reload:
            self._reload.start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Stop the heartbeat before the last message is finished."""
        if self._loading:
            self._loading.stop()
        if self._reload:
            self._reload.stop()
        if self._adoption:
            self._adoption.stop()
        if self._heartbeat:
            self._heartbeat.stop()


def _queues(worker: dramatiq.Worker) -> list[str]:
    wanted = worker.consumer_whitelist or set(keys.QUEUES)
    return [queue for queue in keys.QUEUES if queue in wanted]


def _streams(*, own: bool) -> list[str]:
    return serving.engines().streams() if own else []


def _serve_metrics(host: str, port: int) -> None:
    if port == 0:
        return
    try:
        prometheus_client.start_http_server(port, addr=host)
    except OSError as error:
        logger.error("No metrics on port %d (%s): give each worker its own WORKER_METRICS_PORT, or 0", port, error)
